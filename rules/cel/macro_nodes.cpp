#include <array>

#include "rules/cel/node.h"

namespace attune::cel {

namespace {

/// Goes over the elements of a list or the entries of a map, setting the macro's slots.
template <class Step>
void each(const Datum& range, const Loop& loop, Frame& frame, Step step) {
  Datum* const slots = frame.slots + loop.slot;
  if (range.is(Kind::list)) {
    for (std::uint32_t i = 0; i < range.size; ++i) {
      slots[0] = loop.pairs ? make(static_cast<std::int64_t>(i)) : range.list[i];
      if (loop.pairs) slots[1] = range.list[i];
      if (!step()) return;
    }
    return;
  }
  for (const auto& [key, value] : range.map->entries) {
    slots[0] = key;
    if (loop.pairs) slots[1] = value;
    if (!step()) return;
  }
}

Datum range_error(const Datum& d) {
  if (!d.known()) return d;
  if (d.is(Kind::list) || d.is(Kind::map)) return make_null();
  return make_error("no such overload: a macro over no list or map");
}

Datum need_bool(const Datum& d) {
  if (d.is(Kind::boolean) || !d.known()) return d;
  return make_error("a value that is neither true nor false");
}

class LoopNode : public Node {
 public:
  explicit LoopNode(const Loop& loop) : loop_(loop) {}
  Datum eval(Frame& frame) const final {
    const Datum range = loop_.range->eval(frame);
    const Datum wrong = range_error(range);
    return wrong.is(Kind::null) ? over(range, frame) : wrong;
  }

 protected:
  ~LoopNode() = default;
  [[nodiscard]] virtual Datum over(const Datum& range, Frame& frame) const = 0;
  /// True, false, or why it is neither.
  [[nodiscard]] Datum accepted(Frame& frame) const {
    return loop_.filter == nullptr ? make(true) : need_bool(loop_.filter->eval(frame));
  }
  [[nodiscard]] const Loop& loop() const { return loop_; }

 private:
  Loop loop_;
};

/// `all` and `exists`: absorb what the deciding element makes irrelevant.
class QuantifierNode final : public LoopNode {
 public:
  using LoopNode::LoopNode;

 private:
  Datum over(const Datum& range, Frame& frame) const override {
    const bool stop = loop().macro == Macro::exists;
    Datum result = make(!stop);
    each(range, loop(), frame, [&] {
      const Datum d = need_bool(loop().body->eval(frame));
      if (d.is(Kind::boolean) && d.boolean == stop) {
        result = d;
        return false;
      }
      if (d.is(Kind::unknown) || (d.is(Kind::error) && !result.is(Kind::unknown))) result = d;
      return true;
    });
    return result;
  }
};

class ExistsOneNode final : public LoopNode {
 public:
  using LoopNode::LoopNode;

 private:
  Datum over(const Datum& range, Frame& frame) const override {
    std::size_t count = 0;
    Datum wrong = make_null();
    each(range, loop(), frame, [&] {
      const Datum d = need_bool(loop().body->eval(frame));
      if (d.is(Kind::boolean)) {
        count += d.boolean ? 1 : 0;
      } else if (!wrong.is(Kind::unknown)) {
        wrong = d;
      }
      return true;
    });
    return wrong.is(Kind::null) ? make(count == 1) : wrong;
  }
};

/// `map`, `filter`, `transformList`: a new list.
class CollectNode final : public LoopNode {
 public:
  using LoopNode::LoopNode;

 private:
  Datum over(const Datum& range, Frame& frame) const override {
    std::vector<Datum> list;
    Datum wrong = make_null();
    each(range, loop(), frame, [&] {
      const Datum take = accepted(frame);
      if (take.is(Kind::boolean) && !take.boolean) return true;
      const Datum d = take.is(Kind::boolean) ? value(frame) : take;
      if (d.known()) {
        list.push_back(d);
      } else if (!wrong.is(Kind::unknown)) {
        wrong = d;
      }
      return !wrong.is(Kind::error);
    });
    return wrong.is(Kind::null) ? frame.arena.list(std::move(list)) : wrong;
  }

  [[nodiscard]] Datum value(Frame& frame) const {
    return loop().macro == Macro::filter ? frame.slots[loop().slot] : loop().body->eval(frame);
  }
};

/// `transformMap` and `transformMapEntry`: a new map.
class TransformMapNode final : public LoopNode {
 public:
  using LoopNode::LoopNode;

 private:
  Datum over(const Datum& range, Frame& frame) const override {
    std::vector<std::pair<Datum, Datum>> entries;
    Datum wrong = make_null();
    each(range, loop(), frame, [&] {
      const Datum take = accepted(frame);
      if (take.is(Kind::boolean) && !take.boolean) return true;
      const Datum key = frame.slots[loop().slot];
      const Datum d = take.is(Kind::boolean) ? loop().body->eval(frame) : take;
      if (!d.known()) {
        wrong = d;
      } else if (loop().macro == Macro::transform_map) {
        entries.emplace_back(key, d);
      } else if (d.is(Kind::map)) {
        entries.insert(entries.end(), d.map->entries.begin(), d.map->entries.end());
      } else {
        wrong = make_error("no such overload: transformMapEntry makes a map");
      }
      return wrong.is(Kind::null);
    });
    return wrong.is(Kind::null) ? frame.arena.map(std::move(entries)) : wrong;
  }
};

class BindNode final : public Node {
 public:
  BindNode(const Node* value, const Node* body, std::uint32_t slot)
      : value_(value), body_(body), slot_(slot) {}
  Datum eval(Frame& frame) const override {
    frame.slots[slot_] = value_->eval(frame);
    return body_->eval(frame);
  }

 private:
  const Node* value_;
  const Node* body_;
  std::uint32_t slot_;
};

class OptionalMacroNode final : public Node {
 public:
  OptionalMacroNode(const Node* operand, const Node* body, std::uint32_t slot, bool flat)
      : operand_(operand), body_(body), slot_(slot), flat_(flat) {}
  Datum eval(Frame& frame) const override {
    const Datum d = operand_->eval(frame);
    if (d.known() && !d.is(Kind::optional)) return make_error("no such overload: no optional");
    if (!d.known() || d.size == 0) return d;
    frame.slots[slot_] = *d.list;
    const Datum value = body_->eval(frame);
    return flat_ || !value.known() ? value : frame.arena.optional(value);
  }

 private:
  const Node* operand_;
  const Node* body_;
  std::uint32_t slot_;
  bool flat_;
};

}  // namespace

const Node* loop_node(Memory& memory, const Loop& loop) {
  switch (loop.macro) {
    case Macro::all:
    case Macro::exists:
      return memory.make<QuantifierNode>(loop);
    case Macro::exists_one:
      return memory.make<ExistsOneNode>(loop);
    case Macro::map:
    case Macro::filter:
    case Macro::transform_list:
      return memory.make<CollectNode>(loop);
    case Macro::transform_map:
    case Macro::transform_map_entry:
      return memory.make<TransformMapNode>(loop);
    case Macro::bind:
    case Macro::opt_map:
    case Macro::opt_flat_map:
      break;
  }
  return constant_node(memory, make_error("not a loop"));
}

const Node* bind_node(Memory& memory, const Node* value, const Node* body, std::uint32_t slot) {
  return memory.make<BindNode>(value, body, slot);
}

const Node* optional_macro_node(Memory& memory, const Node* operand, const Node* body,
                                std::uint32_t slot, bool flat) {
  return memory.make<OptionalMacroNode>(operand, body, slot, flat);
}

}  // namespace attune::cel
