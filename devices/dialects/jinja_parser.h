#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/jinja_lexer.h"
#include "devices/dialects/jinja_program.h"

/// One expression of a template, into its program.
namespace attune::devices::jinja {

/// Precedence from weakest: `if else`, `or`, `and`, `not`, comparison, `~`, `+ -`, `* / // %`,
/// unary minus, `**`, and behind a value: `.a [b] |filter is test`.
/// Errors: the first one stays in error(); the numbers returned mean nothing then.
class Parser {
 public:
  Parser(Lexer lexer, Program& program) : lexer_(std::move(lexer)), program_(program) {}
  /// The number of the expression. It takes everything up to the end.
  std::size_t parse_all();
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  /// Counts how deep expressions stand in each other.
  struct Depth {
    explicit Depth(Parser& parser);
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    Parser& parser_;
  };
  std::size_t choice();
  std::size_t disjunction();
  std::size_t conjunction();
  std::size_t negation();
  std::size_t comparison();
  std::size_t concatenation();
  std::size_t sum();
  std::size_t product();
  std::size_t unary();
  std::size_t power();
  std::size_t postfix();
  std::size_t primary();
  std::size_t name();
  std::size_t sequence(std::string_view close);
  std::size_t mapping();
  std::size_t dotted(std::size_t base);
  std::size_t filtered(std::size_t base);
  std::size_t tested(std::size_t base);
  std::vector<std::size_t> arguments(std::size_t input);
  std::size_t add(Op op, std::vector<std::size_t> args, std::string text = {});
  std::size_t literal(Item item);
  std::size_t fail(std::string what);
  void expect(std::string_view sign);

  Lexer lexer_;
  Program& program_;
  std::string error_;
  std::size_t depth_ = 0;
};

}  // namespace attune::devices::jinja
