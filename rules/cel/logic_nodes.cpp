#include "rules/cel/node.h"

namespace attune::cel {

namespace {

Datum no_bool(const Datum& d) {
  return d.known() ? make_error("a value that is neither true nor false") : d;
}

/// Remembers what a logic operator could not absorb: an unknown outweighs an error.
class Absorbed {
 public:
  void add(const Datum& d) {
    if (d.is(Kind::unknown) || !any_) kept_ = d;
    any_ = true;
  }
  [[nodiscard]] Datum or_else(bool value) const { return any_ ? kept_ : make(value); }

 private:
  bool any_ = false;
  Datum kept_ = make_unknown();
};

class LogicNode final : public Node {
 public:
  LogicNode(std::span<const Node* const> parts, bool stop) : parts_(parts), stop_(stop) {}
  Datum eval(Frame& frame) const override {
    Absorbed absorbed;
    for (const Node* part : parts_) {
      const Datum d = part->eval(frame);
      if (!d.is(Kind::boolean)) {
        absorbed.add(no_bool(d));
      } else if (d.boolean == stop_) {
        return d;
      }
    }
    return absorbed.or_else(!stop_);
  }
  std::span<const Node* const> operands() const override { return parts_; }

 private:
  std::span<const Node* const> parts_;
  bool stop_;
};

class NotNode final : public Node {
 public:
  explicit NotNode(const Node* operand) : operand_(operand) {}
  Datum eval(Frame& frame) const override {
    const Datum d = operand_->eval(frame);
    return d.is(Kind::boolean) ? make(!d.boolean) : no_bool(d);
  }
  std::span<const Node* const> operands() const override { return {&operand_, 1}; }

 private:
  const Node* operand_;
};

class ConditionalNode final : public Node {
 public:
  ConditionalNode(const Node* condition, const Node* yes, const Node* no)
      : condition_(condition), yes_(yes), no_(no) {}
  Datum eval(Frame& frame) const override {
    const Datum d = condition_->eval(frame);
    if (!d.is(Kind::boolean)) return no_bool(d);
    return (d.boolean ? yes_ : no_)->eval(frame);
  }

 private:
  const Node* condition_;
  const Node* yes_;
  const Node* no_;
};

}  // namespace

const Node* logic_node(Memory& memory, Nodes parts, bool stop) {
  return memory.make<LogicNode>(memory.keep(parts), stop);
}

const Node* not_node(Memory& memory, const Node* operand) {
  return memory.make<NotNode>(operand);
}

const Node* conditional_node(Memory& memory, const Node* condition, const Node* yes,
                             const Node* no) {
  return memory.make<ConditionalNode>(condition, yes, no);
}

}  // namespace attune::cel
