#include "broker/shell/http/target.h"

#include <algorithm>
#include <optional>

#include "devices/json/reader.h"

namespace attune::http {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus : bool { literal, space };

std::optional<std::string> decoded(std::string_view text, Plus plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_clean_text(out)) return std::nullopt;
  return out;
}

Error wrong(std::string message) {
  return {"target", std::move(message)};
}

Status parse_path(std::string_view path, Target& out) {
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    auto text = decoded(segment, Plus::literal);
    if (!text) return wrong("the path is not percent-encoded UTF-8");
    if (text->empty() || *text == "." || *text == "..") return wrong("an empty or dotted segment");
    out.segments.push_back(std::move(*text));
  }
  return {};
}

Status parse_query(std::string_view query, Target& out) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto key = decoded(pair.substr(0, equals), Plus::space);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : decoded(pair.substr(equals + 1), Plus::space);
    if (!key || !value) return wrong("the query is not percent-encoded UTF-8");
    if (!out.query.emplace(*key, std::move(*value)).second) return wrong(*key + " is given twice");
  }
  return {};
}

}  // namespace

bool is_clean_text(std::string_view text) {
  const bool controls = std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  return !controls && devices::json::valid_utf8(text);
}

Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return wrong("the target must begin with /");
  if (target.find('#') != std::string_view::npos) return wrong("a fragment in the target");
  Target out;
  const auto mark = target.find('?');
  const auto path = target.substr(0, mark);
  if (path != "/") {
    if (const auto status = parse_path(path, out); !status.ok()) return status.error();
  }
  if (mark != std::string_view::npos) {
    if (const auto status = parse_query(target.substr(mark + 1), out); !status.ok()) {
      return status.error();
    }
  }
  return out;
}

}  // namespace attune::http
