#include "broker/core/limits.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace attune::core {

namespace {

constexpr int kStepsPerRate = 10;  ///< a slew of 10/min goes in steps of 1 every 6 s
constexpr std::size_t kStartsKept = 1'000;

Blob row_of(const AttributePath& path, std::string bytes) {
  return {std::string(Limits::kSpace), path.text(), std::move(bytes)};
}

void later(std::optional<Delay>& delay, Millis until, const std::string& reason) {
  if (!delay || until > delay->until) delay = Delay{until, reason};
}

std::string rate_text(const rules::Limit::Rate& rate) {
  std::string out;
  append_number(out, rate.amount);
  return out + " in " + format_duration(rate.per);
}

/// How far one step goes, and how long it takes.
struct Stride {
  double length = 0;
  Millis time{};
};
Stride stride_of(const rules::Limit::Rate& slew, const AttributeInfo* info) {
  const bool whole = info != nullptr && info->type == ValueType::integer;
  const double steps = whole ? std::clamp(std::floor(slew.amount), 1.0, double{kStepsPerRate})
                             : double{kStepsPerRate};
  const double length =
      whole ? std::max(1.0, std::floor(slew.amount / steps)) : slew.amount / steps;
  const double part = length / slew.amount * static_cast<double>(slew.per.count());
  return {length, Millis(std::llround(part))};
}

}  // namespace

bool is_on(const Value& value) {
  if (value.kind() == ValueKind::boolean) return value.as_bool();
  if (value.kind() == ValueKind::text) return value.as_text() != "off";
  return value.is_numeric() && value.numeric() != 0;
}

const rules::Limit* Limits::of(AttributeId attribute) const {
  const auto& limits = rules_.set().limits;
  if (limits.empty()) return nullptr;
  const auto found = limits.find(attribute);
  return found == limits.end() ? nullptr : &found->second;
}

const Limits::Memory* Limits::memory(AttributeId attribute) const {
  const auto found = memory_.find(attribute);
  return found == memory_.end() ? nullptr : &found->second;
}

Band Limits::band(AttributeId attribute) const {
  Band band;
  const rules::Limit* limit = of(attribute);
  if (limit == nullptr) return band;
  if (limit->min) band.min = *limit->min;
  if (limit->max) band.max = *limit->max;
  return band;
}

std::optional<Delay> Limits::delay(AttributeId attribute, const Value& value) const {
  const rules::Limit* limit = of(attribute);
  const AttributeState& state = image_.at(attribute);
  if (limit == nullptr || !state.value.has_value()) return std::nullopt;
  const Memory* known = memory(attribute);
  const bool goes_on = is_on(value) && !is_on(state.value);
  const bool goes_off = !is_on(value) && is_on(state.value);
  const Millis since = state.since.steady;
  const auto text = [](std::string_view what, Millis time) {
    return std::string(what) + " " + format_duration(time);
  };
  std::optional<Delay> wait;
  if (goes_off && limit->min_on) {
    const Millis on_since = known != nullptr && known->on_since ? *known->on_since : since;
    later(wait, on_since + *limit->min_on, text("min_on", *limit->min_on));
  }
  if (goes_on && limit->min_off)
    later(wait, since + *limit->min_off, text("min_off", *limit->min_off));
  if (limit->min_dwell)
    later(wait, since + *limit->min_dwell, text("min_dwell", *limit->min_dwell));
  if (limit->slew) {
    const Stride stride = stride_of(*limit->slew, catalog_.attribute(attribute));
    later(wait, since + stride.time, "slew " + rate_text(*limit->slew));
  }
  if (goes_on && limit->max_starts && known != nullptr) {
    const auto most = static_cast<std::size_t>(limit->max_starts->amount);
    if (known->starts.size() >= most) {
      later(wait, known->starts[known->starts.size() - most] + limit->max_starts->per,
            "max_starts " + rate_text(*limit->max_starts));
    }
  }
  if (wait && wait->until <= journal_.now().steady) return std::nullopt;
  return wait;
}

Value Limits::step(AttributeId attribute, const Value& value) const {
  const rules::Limit* limit = of(attribute);
  const Value& from = image_.at(attribute).value;
  if (limit == nullptr || !limit->slew || !value.is_numeric() || !from.is_numeric()) return value;
  const AttributeInfo* info = catalog_.attribute(attribute);
  const Stride stride = stride_of(*limit->slew, info);
  const Value next =
      clamp(info, value, {from.numeric() - stride.length, from.numeric() + stride.length});
  return clamp(info, next, band(attribute));  // from outside its bounds it goes to them at once
}

bool Limits::leads_to(AttributeId attribute, const Value& open, const Value& value) const {
  const rules::Limit* limit = of(attribute);
  const Value& from = image_.at(attribute).value;
  if (limit == nullptr || !limit->slew) return false;
  if (!open.is_numeric() || !value.is_numeric() || !from.is_numeric()) return false;
  const double low = std::min(from.numeric(), value.numeric());
  const double high = std::max(from.numeric(), value.numeric());
  return open.numeric() >= low && open.numeric() <= high && !(open == from);
}

void Limits::note_start(const rules::Limit& limit, Memory& memory) const {
  if (!limit.max_starts) return;
  const Millis now = journal_.now().steady;
  std::erase_if(memory.starts, [&](Millis at) { return at + limit.max_starts->per <= now; });
  if (memory.starts.size() == kStartsKept) memory.starts.erase(memory.starts.begin());
  memory.starts.push_back(now);
}

void Limits::touched(AttributeId attribute) {
  const rules::Limit* limit = of(attribute);
  if (limit == nullptr || !image_.at(attribute).value.has_value()) return;
  const Memory before = memory_[attribute];
  Memory& memory = memory_[attribute];
  const bool on = is_on(image_.at(attribute).value);
  if (on && !memory.on_since) {
    memory.on_since = image_.at(attribute).since.steady;
    // What was on before anybody limited it did not start now.
    if (*memory.on_since == journal_.now().steady) note_start(*limit, memory);
  } else if (!on) {
    memory.on_since.reset();
  }
  keep(attribute, before);
  arm(attribute, *limit, memory);
}

void Limits::arm(AttributeId attribute, const rules::Limit& limit, const Memory& memory) {
  const std::string path = catalog_.table().path(attribute).text();
  const bool runs = limit.max_on && memory.on_since;
  // What was spent in this time on is done with: it is armed anew by the next one.
  const bool over = runs && memory.spent && *memory.spent >= *memory.on_since + *limit.max_on;
  if (runs && !over) {
    timers_.arm(TimerKind::max_on, path, *memory.on_since + *limit.max_on, journal_.out());
  } else {
    timers_.cancel(TimerKind::max_on, path, journal_.out());
  }
}

void Limits::rules_loaded() {
  for (auto it = memory_.begin(); it != memory_.end();) {
    if (of(it->first) != nullptr) {
      ++it;
      continue;
    }
    const AttributePath& path = catalog_.table().path(it->first);
    timers_.cancel(TimerKind::max_on, path.text(), journal_.out());
    journal_.erase(row_of(path, ""));
    it = memory_.erase(it);
  }
  for (const auto& [attribute, limit] : rules_.set().limits) touched(attribute);
}

void Limits::spend(AttributeId attribute) {
  const Memory before = memory_[attribute];
  memory_[attribute].spent = journal_.now().steady;
  keep(attribute, before);
}

bool Limits::is_spent(AttributeId attribute, const Claim& claim) const {
  const rules::Limit* limit = of(attribute);
  if (limit == nullptr || !limit->max_on) return false;
  const Memory* known = memory(attribute);
  return known != nullptr && known->spent && is_on(claim.value) &&
         claim.since.steady <= *known->spent;
}

Value Limits::off_value(AttributeId attribute) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  if (info == nullptr || info->type == ValueType::boolean) return Value(false);
  if (info->type == ValueType::integer) return Value(std::int64_t{0});
  if (info->type == ValueType::number) return Value(0.0);
  return Value("off");
}

void Limits::keep(AttributeId attribute, const Memory& before) {
  const Memory& memory = memory_[attribute];
  if (memory == before) return;
  const AttributePath& path = catalog_.table().path(attribute);
  if (memory == Memory{}) return journal_.erase(row_of(path, ""));
  journal_.put(row_of(path, pack(memory)));
}

/// `on_since spent start start ..`, in milliseconds of the steady line; `-` for none.
std::string Limits::pack(const Memory& memory) {
  const auto text = [](const std::optional<Millis>& at) {
    return at ? std::to_string(at->count()) : std::string("-");
  };
  std::string out = text(memory.on_since) + " " + text(memory.spent);
  for (const Millis start : memory.starts) out += " " + std::to_string(start.count());
  return out;
}

std::optional<Limits::Memory> Limits::unpack(std::string_view bytes) {
  std::vector<std::optional<Millis>> fields;
  while (!bytes.empty() && fields.size() < kStartsKept + 2) {
    const std::string_view field = bytes.substr(0, bytes.find(' '));
    bytes.remove_prefix(std::min(bytes.size(), field.size() + 1));
    std::int64_t number = 0;
    const auto read = std::from_chars(field.data(), field.data() + field.size(), number);
    const bool whole = read.ec == std::errc() && read.ptr == field.data() + field.size();
    if (!whole && field != "-") return std::nullopt;
    fields.push_back(whole ? std::optional(Millis(number)) : std::nullopt);
  }
  if (fields.size() < 2 || !bytes.empty()) return std::nullopt;
  Memory memory{fields[0], fields[1], {}};
  for (auto start = fields.begin() + 2; start != fields.end(); ++start) {
    if (!*start) return std::nullopt;
    memory.starts.push_back(**start);
  }
  return memory;
}

void Limits::restore(const std::vector<Blob>& blobs, AttributeTable& table) {
  for (const Blob& blob : blobs) {
    const auto path = parse_path(blob.key);
    auto memory = unpack(blob.bytes);
    if (path && memory) memory_[table.intern(*path)] = std::move(*memory);
  }
}

}  // namespace attune::core
