#include "devices/dialects/jinja_parser.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "devices/dialects/binding.h"

namespace attune::devices::jinja {

namespace {

using Kind = Token::Kind;

/// Words that are no names of variables.
bool is_reserved(std::string_view name) {
  static constexpr std::string_view kWords[] = {
      "if", "else", "and", "or", "not", "in", "is", "for", "set", "endif", "elif", "loop", "macro"};
  for (const std::string_view word : kWords) {
    if (name == word) return true;
  }
  return false;
}

}  // namespace

Parser::Depth::Depth(Parser& parser) : parser_(parser) {
  if (++parser_.depth_ > kDepthMax) parser_.fail("too deep");
}

std::size_t Parser::fail(std::string what) {
  if (error_.empty()) error_ = "at byte " + std::to_string(lexer_.peek().at) + ": " + what;
  return 0;
}

void Parser::expect(std::string_view sign) {
  if (!lexer_.take_if(sign)) fail("'" + std::string(sign) + "' is missing");
}

std::size_t Parser::add(Op op, std::vector<std::size_t> args, std::string text) {
  if (!error_.empty()) return 0;
  if (program_.expressions.size() >= kNodesMax) return fail("too long");
  std::size_t height = 1;
  for (const std::size_t arg : args) {
    height = std::max(height, program_.expressions[arg].height + 1);
  }
  if (height > kHeightMax) return fail("too long");
  program_.expressions.push_back({op, std::move(text), {}, std::move(args), height});
  return program_.expressions.size() - 1;
}

std::size_t Parser::literal(Item item) {
  const std::size_t at = add(Op::literal, {});
  if (error_.empty()) program_.expressions[at].literal = std::move(item);
  return at;
}

std::size_t Parser::parse_all() {
  const std::size_t root = choice();
  if (lexer_.peek().kind != Kind::end) {
    fail("'" + std::string(lexer_.peek().raw.substr(0, 32)) + "' is outside of what is understood");
  }
  return root;
}

std::size_t Parser::choice() {
  const Depth depth(*this);
  if (!error_.empty()) return 0;
  const std::size_t value = disjunction();
  if (!lexer_.take_if("if")) return value;
  const std::size_t condition = disjunction();
  const std::size_t other = lexer_.take_if("else") ? choice() : literal({});
  return add(Op::choose, {value, condition, other});
}

std::size_t Parser::disjunction() {
  std::size_t left = conjunction();
  while (error_.empty() && lexer_.take_if("or")) left = add(Op::logic_or, {left, conjunction()});
  return left;
}

std::size_t Parser::conjunction() {
  std::size_t left = negation();
  while (error_.empty() && lexer_.take_if("and")) left = add(Op::logic_and, {left, negation()});
  return left;
}

std::size_t Parser::negation() {
  if (!lexer_.take_if("not")) return comparison();
  const Depth depth(*this);
  if (!error_.empty()) return 0;
  return add(Op::logic_not, {negation()});
}

std::size_t Parser::comparison() {
  static constexpr std::pair<std::string_view, Op> kSigns[] = {
      {"==", Op::equals},        {"!=", Op::differs}, {"<=", Op::less_equal},
      {">=", Op::greater_equal}, {"<", Op::less},     {">", Op::greater}};
  const std::size_t left = concatenation();
  for (const auto& [sign, op] : kSigns) {
    if (lexer_.take_if(sign)) return add(op, {left, concatenation()});
  }
  if (lexer_.take_if("in")) return add(Op::in, {left, concatenation()});
  if (!lexer_.take_if("not")) return left;
  expect("in");
  return add(Op::logic_not, {add(Op::in, {left, concatenation()})});
}

std::size_t Parser::concatenation() {
  std::size_t left = sum();
  while (error_.empty() && lexer_.take_if("~")) left = add(Op::concat, {left, sum()});
  return left;
}

std::size_t Parser::sum() {
  std::size_t left = product();
  while (error_.empty()) {
    if (lexer_.take_if("+")) {
      left = add(Op::add, {left, product()});
    } else if (lexer_.take_if("-")) {
      left = add(Op::subtract, {left, product()});
    } else {
      break;
    }
  }
  return left;
}

std::size_t Parser::product() {
  static constexpr std::pair<std::string_view, Op> kSigns[] = {
      {"*", Op::multiply}, {"//", Op::floor_divide}, {"/", Op::divide}, {"%", Op::modulo}};
  std::size_t left = unary();
  while (error_.empty()) {
    const Op* found = nullptr;
    for (const auto& [sign, op] : kSigns) {
      if (lexer_.take_if(sign)) {
        found = &op;
        break;
      }
    }
    if (found == nullptr) return left;
    left = add(*found, {left, unary()});
  }
  return left;
}

std::size_t Parser::unary() {
  const Depth depth(*this);
  if (!error_.empty()) return 0;
  if (lexer_.take_if("-")) return add(Op::negate, {unary()});
  if (lexer_.take_if("+")) return unary();
  return power();
}

std::size_t Parser::power() {
  const std::size_t base = postfix();
  return lexer_.take_if("**") ? add(Op::power, {base, unary()}) : base;
}

std::size_t Parser::postfix() {
  std::size_t at = primary();
  while (error_.empty()) {
    if (lexer_.take_if(".")) {
      at = dotted(at);
    } else if (lexer_.take_if("[")) {
      const std::size_t key = choice();
      expect("]");
      at = add(Op::member, {at, key});
    } else if (lexer_.take_if("|")) {
      at = filtered(at);
    } else if (lexer_.take_if("is")) {
      at = tested(at);
    } else {
      break;
    }
  }
  return at;
}

std::size_t Parser::dotted(std::size_t base) {
  const Token token = lexer_.take();
  if (token.kind == Kind::integer) {
    std::int64_t at = 0;
    std::from_chars(token.raw.data(), token.raw.data() + token.raw.size(), at);
    return add(Op::member, {base, literal(of(at))});
  }
  if (token.kind != Kind::name) return fail("a name is missing behind the dot");
  if (!lexer_.take_if("(")) return add(Op::member, {base, literal(of(std::string(token.raw)))});
  std::vector<std::size_t> args = arguments(base);
  if (!is_method(token.raw, args.size() - 1)) {
    return fail("'." + std::string(token.raw) + "()' is outside of what is understood");
  }
  return add(Op::method, std::move(args), std::string(token.raw));
}

std::size_t Parser::filtered(std::size_t base) {
  const Token token = lexer_.take();
  if (token.kind != Kind::name) return fail("a filter is missing");
  std::vector<std::size_t> args{base};
  if (lexer_.take_if("(")) args = arguments(base);
  if (!is_filter(token.raw, args.size() - 1)) {
    return fail("the filter '" + std::string(token.raw) + "' is outside of what is understood");
  }
  return add(Op::filter, std::move(args), std::string(token.raw));
}

std::size_t Parser::tested(std::size_t base) {
  const bool negated = lexer_.take_if("not");
  const Token token = lexer_.take();
  if (token.kind != Kind::name || !is_test(token.raw)) {
    return fail("the test '" + std::string(token.raw.substr(0, 32)) +
                "' is outside of what is understood");
  }
  const std::size_t test = add(Op::test, {base}, std::string(token.raw));
  return negated ? add(Op::logic_not, {test}) : test;
}

/// Behind the opening bracket: the input and what stands up to the closing one. A name before an
/// argument (`default=0`) is passed over.
std::vector<std::size_t> Parser::arguments(std::size_t input) {
  std::vector<std::size_t> args{input};
  while (error_.empty() && !lexer_.take_if(")")) {
    if (args.size() > 1) expect(",");
    const std::size_t value = choice();
    if (!error_.empty()) break;
    const bool named = program_.expressions[value].op == Op::name && lexer_.take_if("=");
    args.push_back(named ? choice() : value);
  }
  return args;
}

std::size_t Parser::primary() {
  if (!error_.empty()) return 0;
  if (lexer_.take_if("(")) return sequence(")");
  if (lexer_.take_if("[")) return sequence("]");
  if (lexer_.take_if("{")) return mapping();
  switch (lexer_.peek().kind) {
    case Kind::text: {
      std::string text = lexer_.take().text;
      return literal(of(std::move(text)));
    }
    case Kind::integer: {
      const Token token = lexer_.take();
      std::int64_t value = 0;
      const auto end = token.raw.data() + token.raw.size();
      if (std::from_chars(token.raw.data(), end, value).ec != std::errc()) {
        return fail("the number is too large");
      }
      return literal(of(value));
    }
    case Kind::number:
      return literal(of(parse_number(lexer_.take().raw).value_or(0)));
    case Kind::name:
      return name();
    case Kind::end:
    case Kind::sign:
    case Kind::unknown:
      break;
  }
  return fail("a value is missing");
}

std::size_t Parser::name() {
  const Token token = lexer_.take();
  const std::string_view raw = token.raw;
  if (raw == "true" || raw == "True") return literal(of(true));
  if (raw == "false" || raw == "False") return literal(of(false));
  if (raw == "none" || raw == "None") return literal(none());
  if (is_reserved(raw)) return fail("'" + std::string(raw) + "' cannot stand here");
  if (!lexer_.take_if("(")) return add(Op::name, {}, std::string(raw));
  // A function is the filter of its first argument: float(value), iif(a, b, c).
  static constexpr std::string_view kFunctions[] = {"float", "int", "iif", "bool", "is_number"};
  bool known = false;
  for (const std::string_view function : kFunctions) known |= raw == function;
  const std::size_t input = known ? choice() : 0;
  if (error_.empty() && known && lexer_.peek().raw == ",") lexer_.take();
  std::vector<std::size_t> args = known ? arguments(input) : std::vector<std::size_t>{0};
  if (!known || !is_filter(raw, args.size() - 1)) {
    return fail("the function '" + std::string(raw) + "' is outside of what is understood");
  }
  return add(Op::filter, std::move(args), std::string(raw));
}

/// A value in brackets, or values with commas between them: then, and in `[]`, a list.
std::size_t Parser::sequence(std::string_view close) {
  std::vector<std::size_t> args;
  bool comma = close == "]";
  while (error_.empty() && !lexer_.take_if(close)) {
    args.push_back(choice());
    if (lexer_.peek().raw != ",") {
      expect(close);
      break;
    }
    lexer_.take();
    comma = true;
  }
  if (args.size() == 1 && !comma) return args[0];
  return add(Op::list, std::move(args));
}

std::size_t Parser::mapping() {
  std::vector<std::size_t> args;
  while (error_.empty() && !lexer_.take_if("}")) {
    args.push_back(choice());
    expect(":");
    args.push_back(choice());
    if (!lexer_.take_if(",")) {
      expect("}");
      break;
    }
  }
  return add(Op::mapping, std::move(args));
}

}  // namespace attune::devices::jinja
