#include "rules/cel/node.h"

namespace attune::cel {

namespace {

class SelectNode final : public Node {
 public:
  SelectNode(const Node* operand, Datum key, bool optional, bool test)
      : operand_(operand), key_(key), optional_(optional), test_(test) {}
  Datum eval(Frame& frame) const override {
    const Datum operand = operand_->eval(frame);
    if (!operand.known()) return operand;
    const bool optional = optional_ || operand.is(Kind::optional);
    if (operand.is(Kind::optional) && operand.size == 0) return absent(true);
    const Datum& whole = operand.is(Kind::optional) ? *operand.list : operand;
    if (!whole.is(Kind::map)) return make_error("no such overload: no field of this value");
    const Datum* value = find(*whole.map, key_);
    if (value == nullptr) return absent(optional);
    if (test_) return make(true);
    return optional ? make_optional(value) : *value;
  }

 private:
  [[nodiscard]] Datum absent(bool optional) const {
    if (test_) return make(false);
    return optional ? make_optional(nullptr) : make_error("no such key");
  }

  const Node* operand_;
  Datum key_;
  bool optional_;
  bool test_;
};

}  // namespace

const Node* select_node(Memory& memory, const Node* operand, Datum key, bool optional, bool test) {
  return memory.make<SelectNode>(operand, key, optional, test);
}

}  // namespace attune::cel
