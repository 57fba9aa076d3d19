#include "rules/cel/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "devices/model/limits.h"
#include "rules/cel/utf8.h"

namespace attune::cel {

namespace {

/// Operators by how tightly they bind, loosest first.
struct BinaryLevel {
  std::array<std::string_view, 7> symbols;
};
constexpr std::array kLevels = {
    BinaryLevel{{"==", "!=", "<", "<=", ">", ">=", "in"}},
    BinaryLevel{{"+", "-"}},
    BinaryLevel{{"*", "/", "%"}},
};

std::string operator_name(std::string_view symbol) {
  return "_" + std::string(symbol) + "_";
}

class Parser {
 public:
  Parser(std::string_view source, std::vector<Finding>& findings)
      : lexer_(source), findings_(findings) {
    advance();
  }

  ExprPtr whole() {
    ExprPtr result = expression();
    if (result && token_.kind != Token::Kind::end) return fail_here();
    return result;
  }

 private:
  // Every function returns null after a finding.
  ExprPtr expression();
  ExprPtr conditional();
  ExprPtr any_of();
  ExprPtr all_of();
  ExprPtr relation();
  ExprPtr binary(std::size_t level);
  ExprPtr unary();
  ExprPtr member(bool negative);
  ExprPtr selection(ExprPtr operand);
  ExprPtr index(ExprPtr operand);
  ExprPtr call(ExprPtr receiver, const Token& name);
  ExprPtr primary(bool negative);
  ExprPtr name(bool absolute);
  ExprPtr number(bool negative);
  ExprPtr list();
  ExprPtr map();
  bool entry(Expr& map);
  bool arguments(Expr& call);
  ExprPtr chain(std::string_view symbol, ExprPtr (Parser::*part)());

  void advance() { token_ = lexer_.next(); }
  bool take(std::string_view symbol);
  bool expect(std::string_view symbol);
  ExprPtr make(Expr::Kind kind, const Token& at, std::string text);
  bool adopt(Expr& parent, ExprPtr child);
  ExprPtr fail(const Token& at, std::string code, std::string message, std::string hint = "");
  ExprPtr fail_here();
  ExprPtr too_deep(const Token& at);

  Lexer lexer_;
  Token token_;
  std::vector<Finding>& findings_;
  std::size_t nesting_ = 0;
};

ExprPtr Parser::fail(const Token& at, std::string code, std::string message, std::string hint) {
  findings_.push_back({Severity::error, std::move(code), at.offset,
                       std::max<std::size_t>(at.length, 1), std::move(message), std::move(hint)});
  return nullptr;
}

ExprPtr Parser::too_deep(const Token& at) {
  return fail(at, "E204",
              "the expression is nested deeper than " +
                  std::to_string(limits::kExpressionDepthMax) + " levels",
              "name a part of it in vars");
}

std::string word_hint(std::string_view word) {
  if (word == "and") return "write '&&' for and";
  if (word == "or") return "write '||' for or";
  if (word == "is") return "write '==' to compare";
  return "";
}

ExprPtr Parser::fail_here() {
  if (token_.kind == Token::Kind::bad) return fail(token_, "E201", token_.message, token_.hint);
  if (token_.kind == Token::Kind::end) return fail(token_, "E201", "the expression ends too early");
  const bool number = token_.kind == Token::Kind::number && token_.text[0] == '.';
  return fail(token_, "E201", "'" + std::string(token_.text) + "' does not fit here",
              number ? "a name that begins with a digit stands in back quotes: plug.`1`.on"
                     : word_hint(token_.text));
}

bool Parser::take(std::string_view symbol) {
  if (!token_.is(symbol)) return false;
  advance();
  return true;
}

bool Parser::expect(std::string_view symbol) {
  if (take(symbol)) return true;
  if (token_.kind == Token::Kind::bad) {
    fail_here();
  } else {
    fail(token_, "E201", "a '" + std::string(symbol) + "' is missing here", word_hint(token_.text));
  }
  return false;
}

ExprPtr Parser::make(Expr::Kind kind, const Token& at, std::string text) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->at = {at.offset, std::max<std::size_t>(at.length, 1)};
  expr->text = std::move(text);
  return expr;
}

/// False when there is no child, or when it would make the tree too deep.
bool Parser::adopt(Expr& parent, ExprPtr child) {
  if (!child) return false;
  parent.depth = std::max(parent.depth, child->depth + 1);
  parent.children.push_back(std::move(child));
  if (parent.depth <= limits::kExpressionDepthMax) return true;
  Token at;
  at.offset = parent.at.offset;
  at.length = parent.at.length;
  too_deep(at);
  return false;
}

ExprPtr Parser::expression() {
  if (nesting_ >= limits::kExpressionDepthMax) return too_deep(token_);
  ++nesting_;
  ExprPtr result = conditional();
  --nesting_;
  return result;
}

ExprPtr Parser::conditional() {
  ExprPtr condition = any_of();
  if (!condition || !token_.is("?")) return condition;
  ExprPtr result = make(Expr::Kind::call, token_, "_?_:_");
  advance();
  if (!adopt(*result, std::move(condition)) || !adopt(*result, any_of())) return nullptr;
  if (!expect(":") || !adopt(*result, expression())) return nullptr;
  return result;
}

/// `a && b && c` as one node, so that long conditions stay flat.
ExprPtr Parser::chain(std::string_view symbol, ExprPtr (Parser::*part)()) {
  ExprPtr first = (this->*part)();
  if (!first || !token_.is(symbol)) return first;
  ExprPtr result = make(Expr::Kind::call, token_, operator_name(symbol));
  if (!adopt(*result, std::move(first))) return nullptr;
  while (take(symbol)) {
    if (!adopt(*result, (this->*part)())) return nullptr;
  }
  return result;
}

ExprPtr Parser::any_of() {
  return chain("||", &Parser::all_of);
}
ExprPtr Parser::all_of() {
  return chain("&&", &Parser::relation);
}
ExprPtr Parser::relation() {
  return binary(0);
}

ExprPtr Parser::binary(std::size_t level) {
  if (level == kLevels.size()) return unary();
  ExprPtr left = binary(level + 1);
  const auto& symbols = kLevels[level].symbols;
  while (left && token_.kind == Token::Kind::symbol &&
         std::find(symbols.begin(), symbols.end(), token_.text) != symbols.end()) {
    ExprPtr both = make(Expr::Kind::call, token_, operator_name(token_.text));
    advance();
    if (!adopt(*both, std::move(left)) || !adopt(*both, binary(level + 1))) return nullptr;
    left = std::move(both);
  }
  return left;
}

ExprPtr Parser::unary() {
  if (!token_.is("!") && !token_.is("-")) return member(false);
  const Token sign = token_;
  advance();
  if (sign.is("-") && token_.kind == Token::Kind::number) return member(true);
  if (nesting_ >= limits::kExpressionDepthMax) return too_deep(sign);
  ++nesting_;
  ExprPtr result = make(Expr::Kind::call, sign, std::string(sign.text) + "_");
  const bool whole = adopt(*result, unary());
  --nesting_;
  return whole ? std::move(result) : nullptr;
}

ExprPtr Parser::member(bool negative) {
  ExprPtr result = primary(negative);
  while (result && (token_.is(".") || token_.is("["))) {
    result = token_.is(".") ? selection(std::move(result)) : index(std::move(result));
  }
  return result;
}

ExprPtr Parser::selection(ExprPtr operand) {
  advance();
  const bool optional = take("?");
  const Token field = token_;
  const bool word = field.kind == Token::Kind::identifier || field.is("in");
  if (!word && field.kind != Token::Kind::quoted) return fail_here();
  advance();
  if (word && !optional && token_.is("(")) return call(std::move(operand), field);
  ExprPtr result = make(Expr::Kind::select, field, std::string(field.text));
  result->optional = optional;
  return adopt(*result, std::move(operand)) ? std::move(result) : nullptr;
}

ExprPtr Parser::index(ExprPtr operand) {
  ExprPtr result = make(Expr::Kind::call, token_, "_[_]");
  advance();
  if (take("?")) result->text = "_[?_]";
  if (!adopt(*result, std::move(operand)) || !adopt(*result, expression())) return nullptr;
  return expect("]") ? std::move(result) : nullptr;
}

bool Parser::arguments(Expr& call) {
  advance();
  if (take(")")) return true;
  do {
    if (!adopt(call, expression())) return false;
  } while (take(","));
  return expect(")");
}

ExprPtr Parser::call(ExprPtr receiver, const Token& name) {
  ExprPtr result = make(Expr::Kind::call, name, std::string(name.text));
  result->receiver = receiver != nullptr;
  if (receiver && !adopt(*result, std::move(receiver))) return nullptr;
  if (!arguments(*result) || !expand_macro(*result, findings_)) return nullptr;
  return result;
}

ExprPtr Parser::name(bool absolute) {
  const Token word = token_;
  if (reserved(word.text)) {
    return fail(word, "E201", "'" + std::string(word.text) + "' is a reserved word",
                "as part of a longer name it may stand after a dot");
  }
  advance();
  if (token_.is("(")) return call(nullptr, word);
  ExprPtr result = make(Expr::Kind::name, word, std::string(word.text));
  result->absolute = absolute;
  return result;
}

ExprPtr Parser::primary(bool negative) {
  if (token_.kind == Token::Kind::number) return number(negative);
  if (token_.kind == Token::Kind::identifier) return name(false);
  if (token_.kind == Token::Kind::literal) {
    ExprPtr result = make(Expr::Kind::literal, token_, "");
    result->value = std::move(token_.value);
    advance();
    return result;
  }
  if (take("(")) {
    ExprPtr result = expression();
    return result && expect(")") ? std::move(result) : nullptr;
  }
  if (token_.is("[")) return list();
  if (token_.is("{")) return map();
  if (!take(".")) return fail_here();
  return token_.kind == Token::Kind::identifier ? name(true) : fail_here();
}

ExprPtr Parser::number(bool negative) {
  auto value = read_number(token_.text, negative);
  if (!value) {
    return fail(token_, "E201", "the number " + std::string(token_.text) + " does not fit",
                "ints reach to 9223372036854775807, uints (5u) to 18446744073709551615");
  }
  ExprPtr result = make(Expr::Kind::literal, token_, "");
  result->value = std::move(*value);
  advance();
  return result;
}

ExprPtr Parser::list() {
  ExprPtr result = make(Expr::Kind::list, token_, "");
  advance();
  while (!token_.is("]")) {
    result->optional_entries.push_back(take("?"));
    if (!adopt(*result, expression())) return nullptr;
    if (!take(",")) break;
  }
  return expect("]") ? std::move(result) : nullptr;
}

bool Parser::entry(Expr& map) {
  map.optional_entries.push_back(take("?"));
  return adopt(map, expression()) && expect(":") && adopt(map, expression());
}

ExprPtr Parser::map() {
  ExprPtr result = make(Expr::Kind::map, token_, "");
  advance();
  while (!token_.is("}")) {
    if (!entry(*result)) return nullptr;
    if (!take(",")) break;
  }
  return expect("}") ? std::move(result) : nullptr;
}

bool fits(std::string_view source, std::vector<Finding>& findings) {
  if (source.size() > limits::kExpressionBytesMax) {
    findings.push_back({Severity::error, "E204", 0, 1,
                        "the expression has " + std::to_string(source.size()) +
                            " bytes, more than " + std::to_string(limits::kExpressionBytesMax),
                        "name a part of it in vars"});
    return false;
  }
  if (valid_utf8(source)) return true;
  findings.push_back({Severity::error, "E201", 0, 1, "the expression is not UTF-8", ""});
  return false;
}

}  // namespace

ExprPtr parse(std::string_view source, std::vector<Finding>& findings) {
  if (!fits(source, findings)) return nullptr;
  return Parser(source, findings).whole();
}

}  // namespace attune::cel
