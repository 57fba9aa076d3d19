#include "tests/bench/match/clips.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

extern "C" {
#include <clips/clips.h>
}

namespace attune::bench {

namespace {

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "CLIPS: %s\n", what);
  std::abort();
}

void* symbol(void* environment, const std::string& text) {
  return EnvAddSymbol(environment, text.c_str());
}

/// A field of CLIPS as JSON.
std::string text_of(void* fields, long at) {
  switch (GetMFType(fields, at)) {
    case INTEGER:
      return std::to_string(ValueToLong(GetMFValue(fields, at)));
    case SYMBOL: {
      const std::string word = ValueToString(GetMFValue(fields, at));
      if (word == "TRUE") return "true";
      return word == "FALSE" ? "false" : word;
    }
    default:
      give_up("a claim of an unknown type");
  }
}

}  // namespace

Clips::Clips(const House& house) : environment_(CreateEnvironment()) {
  if (environment_ == nullptr) give_up("no environment");
  for (std::size_t at = 0; at < house.clips.size();) {  // one construct a line
    const std::size_t end = house.clips.find('\n', at);
    if (!EnvBuild(environment_, house.clips.substr(at, end - at).c_str())) give_up("a construct");
    at = end + 1;
  }
  EnvReset(environment_);
  for (const Told& told : house.first) tell(told);
  for (const Told& told : house.events) events_.push_back({&slot(told.path), told.value});
}

Clips::~Clips() {
  DestroyEnvironment(environment_);
}

Clips::Slot& Clips::slot(const std::string& path) {
  Slot& slot = slots_[path];
  if (slot.relation == nullptr) {
    slot.relation = EnvFindDeftemplate(environment_, symbol_of(path).c_str());
  }
  if (slot.relation == nullptr) give_up("an attribute that no rule reads");
  return slot;
}

void Clips::tell(const Told& told) {
  tell(slot(told.path), told.value);
}

void Clips::tell(Slot& slot, const Value& value) {
  if (slot.fact != nullptr) {
    EnvDecrementFactCount(environment_, slot.fact);
    EnvRetract(environment_, slot.fact);
  }
  void* fields = EnvCreateMultifield(environment_, 1);
  if (value.is_numeric()) {
    SetMFType(fields, 1, FLOAT);
    SetMFValue(fields, 1, EnvAddDouble(environment_, value.numeric()));
  } else {
    SetMFType(fields, 1, SYMBOL);
    const bool is_bool = value.kind() == ValueKind::boolean;
    const std::string word = !is_bool ? value.as_text() : value.as_bool() ? "TRUE" : "FALSE";
    SetMFValue(fields, 1, symbol(environment_, word));
  }
  DATA_OBJECT object{};
  SetType(object, MULTIFIELD);
  SetValue(object, fields);
  SetDOBegin(object, 1);
  SetDOEnd(object, 1);
  void* fact = EnvCreateFact(environment_, slot.relation);
  EnvPutFactSlot(environment_, fact, nullptr, &object);
  slot.fact = EnvAssert(environment_, fact);
  if (slot.fact == nullptr) give_up("a fact was not taken");
  EnvIncrementFactCount(environment_, slot.fact);
  EnvRun(environment_, -1);
}

void Clips::live() {
  for (const Event& event : events_) tell(*event.slot, event.value);
}

std::vector<std::string> Clips::claims() const {
  std::vector<std::string> found;
  void* const claim = EnvFindDeftemplate(environment_, "claim");
  if (claim == nullptr) return found;
  for (void* fact = EnvGetNextFactInTemplate(environment_, claim, nullptr); fact != nullptr;
       fact = EnvGetNextFactInTemplate(environment_, claim, fact)) {
    DATA_OBJECT object{};
    EnvGetFactSlot(environment_, fact, nullptr, &object);
    void* const fields = GetValue(object);
    std::string path = text_of(fields, 1);
    std::replace(path.begin(), path.end(), '-', '.');
    found.push_back(path + " " + text_of(fields, 2) + " " + text_of(fields, 3));
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace attune::bench
