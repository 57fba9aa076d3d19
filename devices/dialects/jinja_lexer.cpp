#include "devices/dialects/jinja_lexer.h"

#include <algorithm>
#include <iterator>

namespace attune::devices::jinja {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Behind a backslash.
char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    default:
      return c;
  }
}

}  // namespace

std::optional<std::size_t> find_close(std::string_view source, std::size_t from,
                                      std::string_view close) {
  char quote = 0;
  int braces = 0;
  for (std::size_t i = from; i < source.size(); ++i) {
    const char c = source[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '\'' || c == '"') quote = c;
    if (braces <= 0 && source.substr(i, close.size()) == close) return i;
    if (c == '{') ++braces;
    if (c == '}') --braces;
  }
  return std::nullopt;
}

Lexer::Lexer(std::string_view source, std::size_t from, std::size_t to)
    : source_(source), at_(from), end_(to) {
  read();
}

Token Lexer::take() {
  Token taken = std::move(next_);
  read();
  return taken;
}

bool Lexer::take_if(std::string_view raw) {
  const bool word = next_.kind == Token::Kind::sign || next_.kind == Token::Kind::name;
  if (!word || next_.raw != raw) return false;
  read();
  return true;
}

void Lexer::read() {
  while (at_ < end_ && is_space(source_[at_])) ++at_;
  next_ = {};
  next_.at = at_;
  if (at_ == end_) return;
  const char c = source_[at_];
  if (c == '\'' || c == '"') return read_text(c);
  if (is_digit(c)) return read_number();
  if (!is_name(c)) return read_sign();
  const std::size_t start = at_;
  while (at_ < end_ && is_name(source_[at_])) ++at_;
  next_.kind = Token::Kind::name;
  next_.raw = source_.substr(start, at_ - start);
}

void Lexer::read_text(char quote) {
  const std::size_t start = at_++;
  while (at_ < end_ && source_[at_] != quote) {
    const bool escape = source_[at_] == '\\' && at_ + 1 < end_;
    if (escape) ++at_;
    next_.text += escape ? unescaped(source_[at_]) : source_[at_];
    ++at_;
  }
  next_.kind = at_ < end_ ? Token::Kind::text : Token::Kind::unknown;
  if (at_ < end_) ++at_;
  next_.raw = source_.substr(start, at_ - start);
}

void Lexer::read_number() {
  const std::size_t start = at_;
  next_.kind = Token::Kind::integer;
  while (at_ < end_ && is_digit(source_[at_])) ++at_;
  if (at_ + 1 < end_ && source_[at_] == '.' && is_digit(source_[at_ + 1])) {
    next_.kind = Token::Kind::number;
    ++at_;
    while (at_ < end_ && is_digit(source_[at_])) ++at_;
  }
  next_.raw = source_.substr(start, at_ - start);
}

void Lexer::read_sign() {
  static constexpr std::string_view kSigns[] = {"==", "!=", "<=", ">=", "//", "**", "(", ")", "[",
                                                "]",  "{",  "}",  ",",  ":",  ".",  "|", "+", "-",
                                                "*",  "/",  "%",  "~",  "<",  ">",  "="};
  const auto found = std::ranges::find_if(
      kSigns, [&](std::string_view sign) { return source_.substr(at_, sign.size()) == sign; });
  const bool known = found != std::end(kSigns) && at_ + found->size() <= end_;
  next_.kind = known ? Token::Kind::sign : Token::Kind::unknown;
  next_.raw = source_.substr(at_, known ? found->size() : 1);
  at_ += next_.raw.size();
}

}  // namespace attune::devices::jinja
