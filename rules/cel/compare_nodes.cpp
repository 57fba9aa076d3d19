#include <cmath>
#include <functional>

#include "rules/cel/node.h"

/// Comparisons. One attribute against one constant is most of what rules are made of, so those
/// have nodes of their own that touch no Datum but the result.
namespace attune::cel {

namespace {

/// What a strict operator makes of operands of which one is no value: an unknown outweighs.
Datum not_known(const Datum& a, const Datum& b) {
  if (a.is(Kind::unknown) || b.is(Kind::unknown)) return make_unknown();
  return a.is(Kind::error) ? a : b;
}

bool holds(Order order, std::less<>) {
  return order == Order::less;
}
bool holds(Order order, std::greater<>) {
  return order == Order::greater;
}
bool holds(Order order, std::less_equal<>) {
  return order == Order::less || order == Order::equal;
}
bool holds(Order order, std::greater_equal<>) {
  return order == Order::greater || order == Order::equal;
}

Atom::Kind kind_of(std::less<>) {
  return Atom::Kind::below;
}
Atom::Kind kind_of(std::greater_equal<>) {
  return Atom::Kind::below;
}
Atom::Kind kind_of(std::greater<>) {
  return Atom::Kind::up_to;
}
Atom::Kind kind_of(std::less_equal<>) {
  return Atom::Kind::up_to;
}
Atom::Kind kind_of(std::equal_to<>) {
  return Atom::Kind::same;
}
Atom::Kind kind_of(std::not_equal_to<>) {
  return Atom::Kind::same;
}

bool comparable(const Datum& a, const Datum& b) {
  if (a.numeric() && b.numeric()) return true;
  return a.kind == b.kind && (a.is(Kind::boolean) || a.is(Kind::text) || a.is(Kind::bytes) ||
                              a.is(Kind::timestamp) || a.is(Kind::duration));
}

template <class Op>
class OrderingNode final : public Node {
 public:
  OrderingNode(const Node* a, const Node* b) : a_(a), b_(b) {}
  Datum eval(Frame& frame) const override {
    const Datum a = a_->eval(frame);
    const Datum b = b_->eval(frame);
    if (a.is(Kind::number) && b.is(Kind::number)) return make(Op{}(a.number, b.number));
    if (!a.known() || !b.known()) return not_known(a, b);
    if (!comparable(a, b)) return make_error("no such overload: these two have no order");
    return make(holds(compare(a, b), Op{}));
  }

 private:
  const Node* a_;
  const Node* b_;
};

/// A number attribute against a constant double.
template <class Op>
class AttributeNumberNode final : public Node {
 public:
  AttributeNumberNode(const Node* read, double constant)
      : read_(read), attribute_(*read->attribute()), constant_(constant) {}
  Datum eval(Frame& frame) const override {
    const Value& value = frame.view->value(attribute_);
    if (value.kind() == ValueKind::number) return make(Op{}(value.as_number(), constant_));
    const Datum d = read_->eval(frame);
    if (!d.known()) return d;
    if (!d.numeric()) return make_error("no such overload: not a number");
    return make(Op{}(d.is(Kind::number) ? d.number : static_cast<double>(d.integer), constant_));
  }
  std::optional<Atom> atom() const override {
    if (std::isnan(constant_)) return std::nullopt;
    return Atom{attribute_, kind_of(Op{}), constant_, {}};
  }

 private:
  const Node* read_;
  AttributeId attribute_;
  double constant_;
};

/// A text attribute against a constant text, for `==` and `!=`.
class AttributeTextNode final : public Node {
 public:
  AttributeTextNode(const Node* read, std::string_view constant, bool negated)
      : read_(read), attribute_(*read->attribute()), constant_(constant), negated_(negated) {}
  Datum eval(Frame& frame) const override {
    const Value& value = frame.view->value(attribute_);
    if (value.kind() == ValueKind::text) return make((value.as_text() == constant_) != negated_);
    const Datum d = read_->eval(frame);
    return d.known() ? make(negated_) : d;
  }
  std::optional<Atom> atom() const override {
    return Atom{attribute_, Atom::Kind::word, 0, constant_};
  }

 private:
  const Node* read_;
  AttributeId attribute_;
  std::string_view constant_;
  bool negated_;
};

class EqualityNode final : public Node {
 public:
  EqualityNode(const Node* a, const Node* b, bool negated) : a_(a), b_(b), negated_(negated) {}
  Datum eval(Frame& frame) const override {
    const Datum a = a_->eval(frame);
    const Datum b = b_->eval(frame);
    if (!a.known() || !b.known()) return not_known(a, b);
    return make(equal(a, b) != negated_);
  }

 private:
  const Node* a_;
  const Node* b_;
  bool negated_;
};

bool is_constant(const Node* node, Kind kind) {
  return node->constant() != nullptr && node->constant()->is(kind);
}

template <class Op, class Reversed>
const Node* ordering(Memory& memory, const Node* a, const Node* b) {
  if (a->attribute() != nullptr && is_constant(b, Kind::number)) {
    return memory.make<AttributeNumberNode<Op>>(a, b->constant()->number);
  }
  if (b->attribute() != nullptr && is_constant(a, Kind::number)) {
    return memory.make<AttributeNumberNode<Reversed>>(b, a->constant()->number);
  }
  return memory.make<OrderingNode<Op>>(a, b);
}

}  // namespace

const Node* ordering_node(Memory& memory, std::string_view symbol, const Node* a, const Node* b) {
  if (symbol == "_<_") return ordering<std::less<>, std::greater<>>(memory, a, b);
  if (symbol == "_<=_") return ordering<std::less_equal<>, std::greater_equal<>>(memory, a, b);
  if (symbol == "_>_") return ordering<std::greater<>, std::less<>>(memory, a, b);
  return ordering<std::greater_equal<>, std::less_equal<>>(memory, a, b);
}

const Node* equality_node(Memory& memory, const Node* a, const Node* b, bool negated) {
  if (a->constant() != nullptr && b->constant() == nullptr) std::swap(a, b);
  if (a->attribute() != nullptr && is_constant(b, Kind::text)) {
    return memory.make<AttributeTextNode>(a, b->constant()->view(), negated);
  }
  if (a->attribute() != nullptr && is_constant(b, Kind::number)) {
    const double constant = b->constant()->number;
    if (negated) return memory.make<AttributeNumberNode<std::not_equal_to<>>>(a, constant);
    return memory.make<AttributeNumberNode<std::equal_to<>>>(a, constant);
  }
  return memory.make<EqualityNode>(a, b, negated);
}

}  // namespace attune::cel
