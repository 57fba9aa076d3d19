#pragma once
#include <string>
#include <vector>

#include "rules/sections/reader.h"

/// CEL text that was put together from scalars of a file, and the way back to them.
namespace attune::rules {

class Composed {
 public:
  /// `length` bytes of the scalar's text from byte `from` on, as CEL.
  void add_expression(const yaml::Node& scalar, std::size_t from,
                      std::size_t length = std::string::npos);
  /// Text that stands for `node` as a whole.
  void add_literal(const yaml::Node& node, std::string_view cel);
  void add(const Composed& more);
  [[nodiscard]] const std::string& source() const { return source_; }
  [[nodiscard]] SourcePlace locate(const yaml::Document& document, std::size_t offset,
                                   std::size_t length) const;

 private:
  struct Piece {
    std::size_t begin = 0;  // in source_
    const yaml::Node* node = nullptr;
    std::size_t from = 0;  // in the node's text
    bool verbatim = false;
  };
  std::string source_;
  std::vector<Piece> pieces_;
};

/// A literal, list, map or `=CEL` of YAML, as CEL. Every number is a double.
[[nodiscard]] Composed compose(const yaml::Node& node);
/// Shows what is wrong with a text where it stands in the file.
void report(Reader& reader, const Composed& text, std::vector<cel::Finding> findings);
/// Compiles, and reports every finding where it stands in the file.
[[nodiscard]] std::optional<cel::Expression> compile(Reader& reader, const Composed& text,
                                                     cel::Expect expect);

}  // namespace attune::rules
