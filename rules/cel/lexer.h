#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Source text -> tokens.
namespace attune::cel {

struct Bytes {
  std::string data;
};

/// The value of a literal; `monostate` is null.
using Literal =
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Bytes>;

struct Token {
  enum class Kind : std::uint8_t {
    end,
    bad,         ///< `message` says why
    identifier,  ///< `text`
    quoted,      ///< a back-quoted name; `text` is without the quotes
    literal,     ///< a text, bytes, bool or null: `value`
    number,      ///< `text` as written, without a sign: read_number
    symbol,      ///< `text`: an operator or a bracket, also `in`
  };
  Kind kind = Kind::end;
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string_view text;
  Literal value;
  std::string message;
  std::string hint;

  [[nodiscard]] bool is(std::string_view symbol) const {
    return kind == Kind::symbol && text == symbol;
  }
};

/// Borrows the source, which is valid UTF-8.
class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}
  [[nodiscard]] Token next();

 private:
  void skip_space();
  Token word();
  Token quoted_name();
  Token number();
  Token text();
  Token symbol();
  Token token(Token::Kind kind, std::size_t length);
  Token bad(std::size_t length, std::string message, std::string hint = "");
  [[nodiscard]] bool text_begins() const;
  [[nodiscard]] char peek(std::size_t ahead = 0) const;

  std::string_view source_;
  std::size_t at_ = 0;
};

/// Whether the word may be the name of a field but not of a thing (`for`, `package`, ...).
[[nodiscard]] bool reserved(std::string_view word);

/// The digits of a literal without sign; empty when the number does not fit. `text` as written:
/// `12`, `0x1F`, `7u`, `1.5e3`. An int of 2^63 is empty too unless `negative`.
[[nodiscard]] std::optional<Literal> read_number(std::string_view text, bool negative);

/// The inside of a string or bytes literal with its escapes replaced; empty when one is wrong.
[[nodiscard]] std::optional<std::string> unescape(std::string_view body, bool bytes);

}  // namespace attune::cel
