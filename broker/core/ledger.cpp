#include "broker/core/ledger.h"

namespace attune::core {

const Command* Ledger::on(AttributeId attribute) const {
  if (index(attribute) >= by_attribute_.size() || !by_attribute_[index(attribute)]) return nullptr;
  return &open_.at(*by_attribute_[index(attribute)]);
}

Command* Ledger::on(AttributeId attribute) {
  return const_cast<Command*>(std::as_const(*this).on(attribute));
}

const Command* Ledger::find(CommandId id) const {
  const auto it = open_.find(id);
  return it == open_.end() ? nullptr : &it->second;
}

Command* Ledger::find(CommandId id) {
  return const_cast<Command*>(std::as_const(*this).find(id));
}

Command& Ledger::add(AttributeId attribute, Command command) {
  if (index(attribute) >= by_attribute_.size()) by_attribute_.resize(index(attribute) + 1);
  by_attribute_[index(attribute)] = command.id;
  return open_.insert_or_assign(command.id, std::move(command)).first->second;
}

void Ledger::remove(AttributeId attribute) {
  if (on(attribute) == nullptr) return;
  open_.erase(*by_attribute_[index(attribute)]);
  by_attribute_[index(attribute)].reset();
}

CommandId Ledger::next_id() {
  last_ = static_cast<CommandId>(number(last_) + 1);
  return last_;
}

void Ledger::restore_last_id(CommandId last) {
  if (number(last) > number(last_)) last_ = last;
}

bool Ledger::diverged(AttributeId attribute) const {
  return failure(attribute) != nullptr;
}

void Ledger::give_up(AttributeId attribute, Failure failure) {
  failures_[attribute] = std::move(failure);
}

bool Ledger::gave_up(AttributeId attribute, Revision wanted) const {
  const Failure* known = failure(attribute);
  return known != nullptr && known->wanted == wanted;
}

const Failure* Ledger::failure(AttributeId attribute) const {
  if (failures_.empty()) return nullptr;
  const auto known = failures_.find(attribute);
  return known == failures_.end() ? nullptr : &known->second;
}

bool Ledger::forgive(AttributeId attribute, GaveUp upto) {
  if (failures_.empty()) return true;
  const auto known = failures_.find(attribute);
  if (known == failures_.end()) return true;
  if (known->second.how > upto) return false;
  failures_.erase(known);
  return true;
}

}  // namespace attune::core
