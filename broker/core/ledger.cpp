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
  return index(attribute) < given_up_.size() && number(given_up_[index(attribute)]) != 0;
}

void Ledger::give_up(AttributeId attribute, Revision wanted) {
  if (index(attribute) >= given_up_.size()) given_up_.resize(index(attribute) + 1);
  given_up_[index(attribute)] = wanted;
}

bool Ledger::gave_up(AttributeId attribute, Revision wanted) const {
  return diverged(attribute) && given_up_[index(attribute)] == wanted;
}

void Ledger::forgive(AttributeId attribute) {
  if (index(attribute) < given_up_.size()) given_up_[index(attribute)] = Revision{};
}

}  // namespace attune::core
