#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "rules/cel/functions.h"
#include "rules/cel/node.h"

namespace attune::cel {

namespace {

constexpr std::size_t kArgumentsMax = 4;  // of any overload

/// Strict calls: an unknown argument outweighs an error, and both any value.
void absorb(Datum& worst, const Datum& d) {
  if (d.is(Kind::unknown) || (d.is(Kind::error) && !worst.is(Kind::unknown))) worst = d;
}

bool takes(const Overload& overload, const Datum* arguments) {
  for (std::size_t i = 0; i < overload.parameters.size(); ++i) {
    const auto kind = kind_of(overload.parameters[i]);
    if (kind && !arguments[i].is(*kind)) return false;
  }
  return true;
}

class FunctionNode final : public Node {
 public:
  FunctionNode(std::span<const Overload* const> candidates, std::span<const Node* const> arguments,
               bool exact)
      : candidates_(candidates), arguments_(arguments), exact_(exact) {}
  Datum eval(Frame& frame) const override {
    std::array<Datum, kArgumentsMax> values;
    Datum worst = make_null();
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      values[i] = arguments_[i]->eval(frame);
      if (!values[i].known()) absorb(worst, values[i]);
    }
    if (!worst.known()) return worst;
    if (exact_) return candidates_[0]->run(frame.arena, values.data());
    return dispatch(frame, values.data());
  }

 private:
  Datum dispatch(Frame& frame, const Datum* values) const {
    for (const Overload* candidate : candidates_) {
      if (takes(*candidate, values)) return candidate->run(frame.arena, values);
    }
    return make_error("no such overload");
  }

  std::span<const Overload* const> candidates_;
  std::span<const Node* const> arguments_;
  bool exact_;
};

class ExtremeNode final : public Node {
 public:
  ExtremeNode(Nodes arguments, bool greatest)
      : arguments_(std::move(arguments)), wanted_(greatest ? Order::greater : Order::less) {}
  Datum eval(Frame& frame) const override {
    Datum best = make_null();
    Datum worst = make_null();
    for (const Node* argument : arguments_) {
      const Datum d = argument->eval(frame);
      if (d.is(Kind::list) && arguments_.size() == 1) return among(d);
      if (d.known() && !d.numeric()) {
        absorb(worst, make_error("no such overload: not a number"));
      } else if (!d.known()) {
        absorb(worst, d);
      } else if (best.is(Kind::null) || compare(d, best) == wanted_) {
        best = d;
      }
    }
    return worst.known() ? best : worst;
  }

 private:
  [[nodiscard]] Datum among(const Datum& list) const {
    if (list.size == 0) return make_error("the list is empty");
    Datum best = *list.begin();
    for (const Datum& d : list) {
      if (!d.numeric()) return make_error("no such overload: not a number");
      if (compare(d, best) == wanted_) best = d;
    }
    return best;
  }

  Nodes arguments_;
  Order wanted_;
};

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

class MatchNode final : public Node {
 public:
  MatchNode(const Node* text, std::string_view pattern)
      : text_(text), pattern_(re2::StringPiece(pattern.data(), pattern.size()), quiet()) {}
  [[nodiscard]] bool ok() const { return pattern_.ok(); }
  Datum eval(Frame& frame) const override {
    const Datum d = text_->eval(frame);
    if (!d.known()) return d;
    if (!d.is(Kind::text)) return make_error("no such overload: matches() of no string");
    return make(RE2::PartialMatch(re2::StringPiece(d.text, d.size), pattern_));
  }

 private:
  const Node* text_;
  RE2 pattern_;
};

class ListNode final : public Node {
 public:
  ListNode(Nodes elements, std::vector<bool> optional)
      : elements_(std::move(elements)), optional_(std::move(optional)) {}
  Datum eval(Frame& frame) const override {
    std::vector<Datum> list;
    list.reserve(elements_.size());
    Datum worst = make_null();
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      Datum d = elements_[i]->eval(frame);
      if (d.known() && optional_[i]) {
        if (!d.is(Kind::optional)) d = make_error("no such overload: '?' before no optional");
        if (d.is(Kind::optional) && d.size == 0) continue;
        if (d.is(Kind::optional)) d = *d.list;
      }
      if (!d.known()) absorb(worst, d);
      list.push_back(d);
    }
    return worst.known() ? frame.arena.list(std::move(list)) : worst;
  }

 private:
  Nodes elements_;
  std::vector<bool> optional_;
};

class MapNode final : public Node {
 public:
  MapNode(Nodes parts, std::vector<bool> optional)
      : parts_(std::move(parts)), optional_(std::move(optional)) {}
  Datum eval(Frame& frame) const override {
    std::vector<std::pair<Datum, Datum>> entries;
    Datum worst = make_null();
    for (std::size_t i = 0; i < parts_.size(); i += 2) {
      const Datum key = parts_[i]->eval(frame);
      Datum value = parts_[i + 1]->eval(frame);
      if (!key.known()) absorb(worst, key);
      if (value.known() && optional_[i / 2]) {
        if (!value.is(Kind::optional)) {
          value = make_error("no such overload: '?' before no optional");
        } else if (value.size == 0) {
          continue;
        } else {
          value = *value.list;
        }
      }
      if (!value.known()) absorb(worst, value);
      entries.emplace_back(key, value);
    }
    return worst.known() ? frame.arena.map(std::move(entries)) : worst;
  }

 private:
  Nodes parts_;
  std::vector<bool> optional_;
};

}  // namespace

const Node* function_node(Memory& memory, std::vector<const Overload*> candidates, Nodes arguments,
                          bool exact) {
  if (arguments.size() > kArgumentsMax)
    return constant_node(memory, make_error("no such overload"));
  return memory.make<FunctionNode>(memory.keep(candidates), memory.keep(arguments), exact);
}

const Node* extreme_node(Memory& memory, Nodes arguments, bool greatest) {
  return memory.make<ExtremeNode>(std::move(arguments), greatest);
}

const Node* match_node(Memory& memory, const Node* text, std::string_view pattern) {
  const auto* const node = memory.make<MatchNode>(text, pattern);
  return node->ok() ? node : nullptr;
}

const Node* list_node(Memory& memory, Nodes elements, std::vector<bool> optional) {
  return memory.make<ListNode>(std::move(elements), std::move(optional));
}

const Node* map_node(Memory& memory, Nodes keys_and_values, std::vector<bool> optional) {
  return memory.make<MapNode>(std::move(keys_and_values), std::move(optional));
}

}  // namespace attune::cel
