#include "rules/cel/lexer.h"

#include <algorithm>
#include <array>

namespace attune::cel {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool in_word(char c) {
  return begins_word(c) || is_digit(c);
}

constexpr std::array<std::string_view, 17> kReserved = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

constexpr std::array<std::string_view, 23> kSymbols = {"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                                       "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                                       ".",  ",",  "(",  ")",  "[",  "]",  "{"};

std::string_view hint_for(char c) {
  if (c == '=') return "write '==' to compare";
  if (c == '&') return "write '&&' for and";
  if (c == '|') return "write '||' for or";
  return "";
}

std::size_t word_length(std::string_view text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), in_word);
  return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

bool reserved(std::string_view word) {
  return std::find(kReserved.begin(), kReserved.end(), word) != kReserved.end();
}

char Lexer::peek(std::size_t ahead) const {
  return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
}

Token Lexer::token(Token::Kind kind, std::size_t length) {
  Token t;
  t.kind = kind;
  t.offset = at_;
  t.length = length;
  t.text = source_.substr(at_, length);
  at_ += length;
  return t;
}

Token Lexer::bad(std::size_t length, std::string message, std::string hint) {
  Token t = token(Token::Kind::bad, length);
  t.message = std::move(message);
  t.hint = std::move(hint);
  return t;
}

void Lexer::skip_space() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == '/' && peek(1) == '/') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_space();
  if (at_ >= source_.size()) return token(Token::Kind::end, 0);
  const char c = source_[at_];
  if (text_begins()) return text();
  if (begins_word(c)) return word();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (c == '`') return quoted_name();
  return symbol();
}

/// A quote, or one after a prefix of `r` and `b` in either order and case.
bool Lexer::text_begins() const {
  bool raw = false;
  bool bytes = false;
  for (std::size_t i = 0; i < 3; ++i) {
    const char c = peek(i);
    if (c == '"' || c == '\'') return true;
    bool& flag = (c == 'r' || c == 'R') ? raw : bytes;
    if ((c != 'r' && c != 'R' && c != 'b' && c != 'B') || flag) return false;
    flag = true;
  }
  return false;
}

Token Lexer::word() {
  Token t = token(Token::Kind::identifier, word_length(source_.substr(at_)));
  if (t.text == "in") {
    t.kind = Token::Kind::symbol;
  } else if (t.text == "true" || t.text == "false") {
    t.kind = Token::Kind::literal;
    t.value = t.text == "true";
  } else if (t.text == "null") {
    t.kind = Token::Kind::literal;
  }
  return t;
}

Token Lexer::quoted_name() {
  const auto end = source_.find('`', at_ + 1);
  const auto body = source_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
  const bool fits = std::all_of(body.begin(), body.end(), [](char c) {
    return in_word(c) || c == '.' || c == '-' || c == '/' || c == ' ';
  });
  if (body.empty() || !fits) {
    return bad(1, "a quoted name is letters, digits and '_.-/ ' between two back quotes");
  }
  Token t = token(Token::Kind::quoted, body.size() + 2);
  t.text = body;
  return t;
}

Token Lexer::number() {
  const auto rest = source_.substr(at_);
  std::size_t n = 0;
  const auto digits = [&] {
    while (n < rest.size() && is_digit(rest[n])) ++n;
  };
  if (rest.size() > 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X') && is_hex(rest[2])) {
    n = 2;
    while (n < rest.size() && is_hex(rest[n])) ++n;
  } else {
    digits();
    if (n + 1 < rest.size() && rest[n] == '.' && is_digit(rest[n + 1])) {
      ++n;
      digits();
    }
    if (n < rest.size() && (rest[n] == 'e' || rest[n] == 'E')) {
      const std::size_t sign =
          n + 1 < rest.size() && (rest[n + 1] == '+' || rest[n + 1] == '-') ? 1 : 0;
      if (n + 1 + sign < rest.size() && is_digit(rest[n + 1 + sign])) {
        n += 1 + sign;
        digits();
      }
    }
  }
  if (n < rest.size() && (rest[n] == 'u' || rest[n] == 'U')) ++n;
  const std::size_t glued = word_length(rest.substr(n));
  if (glued != 0) return bad(n + glued, "this is neither a number nor a name");
  return token(Token::Kind::number, n);
}

Token Lexer::text() {
  std::size_t prefix = 0;
  bool raw = false;
  bool bytes = false;
  for (; peek(prefix) != '"' && peek(prefix) != '\''; ++prefix) {
    (peek(prefix) == 'r' || peek(prefix) == 'R' ? raw : bytes) = true;
  }
  const char quote = peek(prefix);
  const bool triple = peek(prefix + 1) == quote && peek(prefix + 2) == quote;
  const std::string close(triple ? 3 : 1, quote);
  const auto rest = source_.substr(at_);
  const std::size_t begin = prefix + close.size();
  std::size_t end = begin;
  while (end < rest.size() && rest.substr(end, close.size()) != close) {
    if (!triple && (rest[end] == '\n' || rest[end] == '\r')) break;
    end += !raw && rest[end] == '\\' ? 2 : 1;
  }
  if (end >= rest.size() || rest.substr(end, close.size()) != close) {
    return bad(begin, "this string has no end", "close it with " + close);
  }
  const auto body = rest.substr(begin, end - begin);
  auto value = raw ? std::optional<std::string>(body) : unescape(body, bytes);
  if (!value) return bad(end + close.size(), "a wrong escape in this string");
  Token t = token(Token::Kind::literal, end + close.size());
  if (bytes) {
    t.value = Bytes{std::move(*value)};
  } else {
    t.value = std::move(*value);
  }
  return t;
}

Token Lexer::symbol() {
  const auto rest = source_.substr(at_);
  if (rest[0] == '}') return token(Token::Kind::symbol, 1);
  for (const auto symbol : kSymbols) {
    if (rest.substr(0, symbol.size()) == symbol) return token(Token::Kind::symbol, symbol.size());
  }
  return bad(1, "this character has no meaning here", std::string(hint_for(rest[0])));
}

}  // namespace attune::cel
