#include "devices/dialects/jinja.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "devices/dialects/jinja_parser.h"
#include "devices/dialects/jinja_program.h"

namespace attune::devices::jinja {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

Error refuse(std::size_t at, const std::string& what) {
  return {"template", "at byte " + std::to_string(at) + ": " + what};
}

/// A template on its way into its program.
class Compiler {
 public:
  explicit Compiler(std::string_view source) : source_(source) {}
  Result<Program> run();

 private:
  /// An `if` that is not closed yet.
  struct Open {
    std::optional<std::size_t> test;  ///< the step that jumps to what comes next
    std::vector<std::size_t> ends;    ///< the steps that jump behind endif
  };
  void text(std::string_view part);
  bool block(std::size_t open);
  bool statement(std::size_t from, std::size_t to);
  bool assignment(Lexer lexer, std::size_t from);
  std::optional<std::size_t> expression(Lexer lexer);
  bool begin_if(Lexer lexer);
  bool next_branch(Lexer lexer, bool has_test, std::size_t at);
  bool end_if(std::size_t at);
  bool fail(std::size_t at, const std::string& what);
  std::size_t emit(Step step);

  std::string_view source_;
  std::size_t at_ = 0;
  bool trim_next_ = false;  // `-` stood at the end of the block before
  std::size_t sets_ = 0;
  Program program_;
  std::vector<Open> open_;
  std::optional<Error> error_;
};

bool Compiler::fail(std::size_t at, const std::string& what) {
  if (!error_) error_ = refuse(at, what);
  return false;
}

std::size_t Compiler::emit(Step step) {
  program_.steps.push_back(std::move(step));
  return program_.steps.size() - 1;
}

void Compiler::text(std::string_view part) {
  if (trim_next_) {
    part.remove_prefix(std::min(part.find_first_not_of(kSpace), part.size()));
    trim_next_ = false;
  }
  if (!part.empty()) emit({Step::Kind::text, std::string(part)});
}

Result<Program> Compiler::run() {
  while (at_ < source_.size()) {
    std::size_t open = at_;
    const auto opens = [&](std::size_t at) {
      const std::string_view two = source_.substr(at, 2);
      return two == "{{" || two == "{%" || two == "{#";
    };
    while (open < source_.size() && !opens(open)) ++open;
    std::string_view part = source_.substr(at_, open - at_);
    const bool trims = open + 2 < source_.size() && source_[open + 2] == '-';
    if (trims) part = part.substr(0, part.find_last_not_of(kSpace) + 1);
    text(part);
    at_ = open;
    if (at_ < source_.size() && !block(open)) return *error_;
  }
  if (!open_.empty()) fail(source_.size(), "'endif' is missing");
  if (error_) return *error_;
  return std::move(program_);
}

/// `open` is where `{{`, `{%` or `{#` stands.
bool Compiler::block(std::size_t open) {
  const char kind = source_[open + 1];
  const std::string_view close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
  std::size_t from = open + 2;
  const auto found =
      kind == '#' ? std::optional(source_.find(close, from)) : find_close(source_, from, close);
  if (!found || *found == std::string_view::npos) {
    return fail(open, "'" + std::string(close) + "' is missing");
  }
  std::size_t to = *found;
  at_ = to + 2;
  if (from < to && source_[from] == '-') ++from;
  trim_next_ = to > from && source_[to - 1] == '-';
  if (trim_next_) --to;
  if (kind == '#') return true;
  if (kind == '%') return statement(from, to);
  const auto value = expression(Lexer(source_, from, to));
  if (value) emit({Step::Kind::output, {}, *value});
  return value.has_value();
}

std::optional<std::size_t> Compiler::expression(Lexer lexer) {
  Parser parser(std::move(lexer), program_);
  const std::size_t root = parser.parse_all();
  if (parser.error().empty()) return root;
  if (!error_) error_ = Error{"template", parser.error()};
  return std::nullopt;
}

bool Compiler::statement(std::size_t from, std::size_t to) {
  Lexer lexer(source_, from, to);
  const Token word = lexer.take();
  if (word.raw == "set") return assignment(std::move(lexer), word.at);
  if (word.raw == "if") return begin_if(std::move(lexer));
  if (word.raw == "elif") return next_branch(std::move(lexer), true, word.at);
  if (word.raw == "else") return next_branch(std::move(lexer), false, word.at);
  if (word.raw == "endif") return end_if(word.at);
  return fail(word.at,
              "'" + std::string(word.raw.substr(0, 32)) + "' is outside of what is understood");
}

bool Compiler::assignment(Lexer lexer, std::size_t from) {
  const Token name = lexer.take();
  if (name.kind != Token::Kind::name) return fail(name.at, "a name is missing behind 'set'");
  if (!lexer.take_if("=")) {
    return fail(lexer.peek().at, "only a whole name can be set, by '='");
  }
  if (++sets_ > kVariablesMax) return fail(from, "too many names are set");
  const auto value = expression(std::move(lexer));
  if (value) emit({Step::Kind::set, std::string(name.raw), *value});
  return value.has_value();
}

bool Compiler::begin_if(Lexer lexer) {
  if (open_.size() >= kDepthMax) return fail(at_, "too deep");
  const auto test = expression(std::move(lexer));
  if (!test) return false;
  open_.push_back({emit({Step::Kind::skip_unless, {}, *test}), {}});
  return true;
}

bool Compiler::next_branch(Lexer lexer, bool has_test, std::size_t at) {
  if (open_.empty() || !open_.back().test) return fail(at, "there is no 'if' to it");
  Open& open = open_.back();
  open.ends.push_back(emit({Step::Kind::skip, {}}));
  program_.steps[*open.test].to = program_.steps.size();
  open.test.reset();
  if (!has_test) return lexer.peek().kind == Token::Kind::end || fail(at, "'else' takes nothing");
  const auto test = expression(std::move(lexer));
  if (!test) return false;
  open.test = emit({Step::Kind::skip_unless, {}, *test});
  return true;
}

bool Compiler::end_if(std::size_t at) {
  if (open_.empty()) return fail(at, "there is no 'if' to it");
  const Open& open = open_.back();
  if (open.test) program_.steps[*open.test].to = program_.steps.size();
  for (const std::size_t end : open.ends) program_.steps[end].to = program_.steps.size();
  open_.pop_back();
  return true;
}

/// One run of a program.
class Run {
 public:
  Run(const Program& program, const Inputs& inputs) : program_(program), inputs_(inputs) {}
  Rendered render();

 private:
  Item evaluate(std::size_t at);
  Item logic(const Expression& e);
  Item named(const std::string& name) const;
  Item collect(const Expression& e);
  std::vector<Item> evaluate_all(const std::vector<std::size_t>& args);

  const Program& program_;
  const Inputs& inputs_;
  std::vector<std::pair<std::string_view, Item>> set_;
  Stop stop_;
};

Item Run::named(const std::string& name) const {
  for (auto at = set_.rbegin(); at != set_.rend(); ++at) {
    if (at->first == name) return at->second;
  }
  if (name == "value") return of(inputs_.value);
  if (name == "value_json") return inputs_.value_json == nullptr ? Item{} : of(*inputs_.value_json);
  for (const auto& [other, value] : inputs_.more) {
    if (other == name) return of(value);
  }
  return {};
}

std::vector<Item> Run::evaluate_all(const std::vector<std::size_t>& args) {
  std::vector<Item> items;
  items.reserve(args.size());
  for (const std::size_t arg : args) items.push_back(evaluate(arg));
  return items;
}

Item Run::collect(const Expression& e) {
  Item item;
  item.kind = e.op == Op::list ? Item::Kind::list : Item::Kind::mapping;
  item.items = evaluate_all(e.args);
  return item;
}

Item Run::logic(const Expression& e) {
  if (e.op == Op::choose) return evaluate(is_true(evaluate(e.args[1])) ? e.args[0] : e.args[2]);
  Item first = evaluate(e.args[0]);
  if (e.op == Op::logic_not) return of(!is_true(first));
  return is_true(first) == (e.op == Op::logic_and) ? evaluate(e.args[1]) : first;
}

Item Run::evaluate(std::size_t at) {
  if (stop_.stopped()) return {};
  const Expression& e = program_.expressions[at];
  switch (e.op) {
    case Op::literal:
      return e.literal;
    case Op::name:
      return named(e.text);
    case Op::list:
    case Op::mapping:
      return collect(e);
    case Op::choose:
    case Op::logic_not:
    case Op::logic_and:
    case Op::logic_or:
      return logic(e);
    default:
      break;
  }
  const std::vector<Item> args = evaluate_all(e.args);
  if (stop_.stopped()) return {};
  switch (e.op) {
    case Op::member:
      return args[0].is_undefined() ? stop_.lacks() : member(args[0], args[1]);
    case Op::filter:
      return apply_filter(e.text, args, stop_);
    case Op::method:
      return apply_method(e.text, args, stop_);
    case Op::test:
      return of(apply_test(e.text, args[0]));
    case Op::negate:
      return apply_operator(Op::subtract, of(std::int64_t{0}), args[0], stop_);
    default:
      return apply_operator(e.op, args[0], args[1], stop_);
  }
}

Rendered Run::render() {
  std::string out;
  for (std::size_t at = 0; at < program_.steps.size() && !stop_.stopped(); ++at) {
    const Step& step = program_.steps[at];
    switch (step.kind) {
      case Step::Kind::text:
        out += step.text;
        break;
      case Step::Kind::output:
        out += to_text(evaluate(step.expression));
        break;
      case Step::Kind::set:
        set_.emplace_back(step.text, evaluate(step.expression));
        break;
      case Step::Kind::skip_unless:
        if (!is_true(evaluate(step.expression))) at = step.to - 1;
        break;
      case Step::Kind::skip:
        at = step.to - 1;
        break;
    }
    if (out.size() > kTextBytesMax) stop_.fail("the text grows too long");
  }
  if (stop_.stopped()) return {stop_.outcome, std::move(stop_.why)};
  const std::size_t start = std::min(out.find_first_not_of(kSpace), out.size());
  return {Rendered::Outcome::text, out.substr(start, out.find_last_not_of(kSpace) + 1 - start)};
}

}  // namespace

Template::Template(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Template::Template(Template&& other) noexcept = default;
Template& Template::operator=(Template&& other) noexcept = default;
Template::~Template() = default;

Result<Template> Template::compile(std::string_view text) {
  if (text.size() > kTemplateBytesMax) {
    return Error{"template", std::to_string(text.size()) + " bytes, at most " +
                                 std::to_string(kTemplateBytesMax) + " are read"};
  }
  Result<Program> program = Compiler(text).run();
  if (!program) return program.error();
  return Template(std::make_unique<const Program>(std::move(*program)));
}

Rendered Template::run(const Inputs& inputs) const {
  return Run(*program_, inputs).render();
}

}  // namespace attune::devices::jinja
