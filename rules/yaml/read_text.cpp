#include <fstream>

#include "devices/model/limits.h"
#include "rules/yaml/source_text.h"

namespace attune::yaml {

Issue too_big(const std::string& path) {
  return {Severity::error, "E111", {path, 1, 1, 1}, "bigger than 1 MiB", {}, "split the file"};
}

std::optional<std::string> read_text(const std::string& path, Issues& issues) {
  std::ifstream in(path, std::ios::binary);
  std::string text(limits::kYamlBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.good()) {
    issues.push_back(too_big(path));
    return std::nullopt;
  }
  if (!in.eof() || in.bad()) {
    issues.push_back({Severity::error,
                      "E100",
                      {path, 1, 1, 1},
                      "cannot read this file",
                      {},
                      "is it there, a file, and readable?"});
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace attune::yaml
