#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Words and signs of the expressions in a template.
namespace attune::devices::jinja {

struct Token {
  enum class Kind : std::uint8_t { end, name, integer, number, text, sign, unknown };
  Kind kind = Kind::end;
  std::string_view raw;  ///< as it stands there
  std::string text;      ///< of a text, without its quotes
  std::size_t at = 0;    ///< byte in the template
};

/// Reads tokens one behind the other; peek() is the next one.
class Lexer {
 public:
  /// `from` up to `to` of the template are one expression.
  Lexer(std::string_view source, std::size_t from, std::size_t to);
  [[nodiscard]] const Token& peek() const { return next_; }
  Token take();
  /// Takes the next token when it is this sign or name.
  bool take_if(std::string_view raw);

 private:
  void read();
  void read_text(char quote);
  void read_number();
  void read_sign();

  std::string_view source_;
  std::size_t at_;
  std::size_t end_;
  Token next_;
};

/// Where an expression that begins at `from` ends before `close` (`}}` or `%}`), strings skipped.
[[nodiscard]] std::optional<std::size_t> find_close(std::string_view source, std::size_t from,
                                                    std::string_view close);

}  // namespace attune::devices::jinja
