#include <cmath>

#include "rules/cel/node.h"

namespace attune::cel {

namespace {

constexpr std::int64_t kNanosPerMilli = 1'000'000;

Datum list_of(const std::vector<double>& numbers, Arena& arena) {
  std::vector<Datum> list;
  list.reserve(numbers.size());
  for (const double v : numbers) list.push_back(make(v));
  return arena.list(std::move(list));
}

Datum integer_of(double v) {
  if (v == std::floor(v) && std::abs(v) < 9.0e15) return make(static_cast<std::int64_t>(v));
  return make_error("an attribute declared int has a fraction");
}

/// The value as the checker was told that it is: numbers adapt, other kinds are errors.
Datum datum_of(const Value& value, TypeKind type, Arena& arena) {
  switch (value.kind()) {
    case ValueKind::none:
      return make_unknown();
    case ValueKind::boolean:
      if (type == TypeKind::boolean || type == TypeKind::dyn) return make(value.as_bool());
      break;
    case ValueKind::integer:
      if (type == TypeKind::number) return make(static_cast<double>(value.as_integer()));
      if (type == TypeKind::integer || type == TypeKind::dyn) return make(value.as_integer());
      if (type == TypeKind::duration) return make_duration(value.as_integer() * kNanosPerMilli);
      break;
    case ValueKind::number:
      if (type == TypeKind::number || type == TypeKind::dyn) return make(value.as_number());
      if (type == TypeKind::integer) return integer_of(value.as_number());
      break;
    case ValueKind::text:
      if (type == TypeKind::text || type == TypeKind::dyn) return make_text(value.as_text());
      break;
    case ValueKind::numbers:
      if (type == TypeKind::list || type == TypeKind::dyn) {
        return list_of(value.as_numbers(), arena);
      }
      break;
  }
  return make_error("an attribute has a value of another kind than it declares");
}

class ConstantNode final : public Node {
 public:
  explicit ConstantNode(Datum value) : value_(value) {}
  Datum eval(Frame&) const override { return value_; }
  const Datum* constant() const override { return &value_; }

 private:
  Datum value_;
};

class ReadNode final : public Node {
 public:
  ReadNode(AttributeId attribute, TypeKind type) : attribute_(attribute), type_(type) {}
  Datum eval(Frame& frame) const override {
    const Value& value = frame.view->value(attribute_);
    if (value.kind() == ValueKind::boolean && type_ == TypeKind::boolean) {
      return make(value.as_bool());
    }
    return datum_of(value, type_, frame.arena);
  }
  const AttributeId* attribute() const override { return &attribute_; }

 private:
  AttributeId attribute_;
  TypeKind type_;
};

class SlotNode final : public Node {
 public:
  explicit SlotNode(std::uint32_t slot) : slot_(slot) {}
  Datum eval(Frame& frame) const override { return frame.slots[slot_]; }

 private:
  std::uint32_t slot_;
};

class VariableNode final : public Node {
 public:
  explicit VariableNode(std::uint32_t index) : index_(index) {}
  Datum eval(Frame& frame) const override { return frame.variables[index_]; }

 private:
  std::uint32_t index_;
};

class MemberNode final : public Node {
 public:
  MemberNode(const Node* device, std::span<const std::optional<AttributeId>> attributes,
             TypeKind type)
      : device_(device), attributes_(attributes), type_(type) {}
  Datum eval(Frame& frame) const override {
    const Datum device = device_->eval(frame);
    if (!device.is(Kind::device)) return device.known() ? make_error("not a device") : device;
    const std::size_t index = device.device->index;
    if (index >= attributes_.size() || !attributes_[index]) return make_unknown();
    const auto& attribute = attributes_[index];
    return datum_of(frame.view->value(*attribute), type_, frame.arena);
  }

 private:
  const Node* device_;
  std::span<const std::optional<AttributeId>> attributes_;
  TypeKind type_;
};

class HasMemberNode final : public Node {
 public:
  HasMemberNode(const Node* device, std::vector<bool> has)
      : device_(device), has_(std::move(has)) {}
  Datum eval(Frame& frame) const override {
    const Datum device = device_->eval(frame);
    if (!device.is(Kind::device)) return device.known() ? make_error("not a device") : device;
    return make(static_cast<bool>(has_[device.device->index]));
  }

 private:
  const Node* device_;
  std::vector<bool> has_;
};

class FieldNode final : public Node {
 public:
  FieldNode(const Node* device, Datum BoundDevice::*field) : device_(device), field_(field) {}
  Datum eval(Frame& frame) const override {
    const Datum device = device_->eval(frame);
    if (!device.is(Kind::device)) return device.known() ? make_error("not a device") : device;
    return device.device->*field_;
  }

 private:
  const Node* device_;
  Datum BoundDevice::*field_;
};

}  // namespace

const Node* constant_node(Memory& memory, Datum value) {
  return memory.make<ConstantNode>(value);
}

const Node* read_node(Memory& memory, AttributeId attribute, TypeKind type) {
  return memory.make<ReadNode>(attribute, type);
}

const Node* slot_node(Memory& memory, std::uint32_t slot) {
  return memory.make<SlotNode>(slot);
}

const Node* variable_node(Memory& memory, std::uint32_t index) {
  return memory.make<VariableNode>(index);
}

const Node* member_node(Memory& memory, const Node* device,
                        std::vector<std::optional<AttributeId>> attributes, TypeKind type) {
  return memory.make<MemberNode>(device, memory.keep(attributes), type);
}

const Node* has_member_node(Memory& memory, const Node* device, std::vector<bool> has) {
  return memory.make<HasMemberNode>(device, std::move(has));
}

const Node* field_node(Memory& memory, const Node* device, Datum BoundDevice::*field) {
  return memory.make<FieldNode>(device, field);
}

}  // namespace attune::cel
