#include "broker/core/signals.h"

#include <algorithm>

#include "broker/core/signal_rows.h"
#include "rules/signals.h"

namespace attune::core {

namespace {

using cel::SignalKind;

constexpr Millis kClockSet = std::chrono::seconds(1);  // less is the clock being disciplined

bool has_series(SignalKind kind) {
  return kind == SignalKind::past || kind == SignalKind::avg;
}

bool is_watched(SignalKind kind) {
  return kind == SignalKind::wanted || kind == SignalKind::diverged || kind == SignalKind::seen_ago;
}

bool by_wall_clock(SignalKind kind) {
  return kind >= SignalKind::between;
}

Series series_of(const cel::Signal& signal) {
  const bool past = signal.kind == SignalKind::past;
  return {signal.window, past ? Series::Merge::last : Series::Merge::mean};
}

Blob row_of(std::string key, std::string bytes) {
  return {std::string(Signals::kSpace), std::move(key), std::move(bytes)};
}

template <class Lists>
void list_under(Lists& lists, AttributeId attribute, std::uint32_t signal) {
  if (index(attribute) >= lists.size()) lists.resize(index(attribute) + 1);
  if (lists[index(attribute)].empty() || lists[index(attribute)].back() != signal) {
    lists[index(attribute)].push_back(signal);
  }
}

}  // namespace

void Signals::restore(const std::vector<Blob>& blobs) {
  std::map<std::string, std::string, std::less<>> text_of;
  for (const Blob& blob : blobs) {
    if (!signal_of_piece(blob.key).empty()) continue;
    auto row = unpack_signal(blob.bytes);
    if (!row || signal_key(row->text) != blob.key) continue;
    text_of[blob.key] = row->text;
    Kept& kept = kept_[row->text];
    kept.memory.since = row->since;
    kept.memory.revision = row->revision;
    kept.memory.context = row->context;
  }
  for (const Blob& blob : blobs) {
    const auto text = text_of.find(signal_of_piece(blob.key));
    auto piece = text == text_of.end() ? std::nullopt : unpack_piece(blob.bytes);
    if (piece) kept_[text->second].pieces.push_back(std::move(*piece));
  }
}

void Signals::begin(const Outcome& out, const Instant& present) {
  scanned_ = out.changes.size();
  const Millis offset = present.wall - present.steady;
  const bool set =
      offset_ && (offset > *offset_ ? offset - *offset_ : *offset_ - offset) >= kClockSet;
  if (set || !offset_) offset_ = offset;
  if (!set) return;
  for (const std::uint32_t at : clocks_)
    pend(at, {{CauseKind::system, "the clock was set", {}}, {}});
}

const cel::Signal* Signals::find(AttributeId attribute) const {
  const auto at = std::find_if(all().begin(), all().end(),
                               [&](const cel::Signal& signal) { return signal.id == attribute; });
  return at == all().end() ? nullptr : &*at;
}

void Signals::index_one(std::uint32_t at) {
  const cel::Signal& signal = all()[at];
  for (const cel::Expression& inner : signal.inner) {
    for (const AttributeId read : inner.reads()) list_under(readers_, read, at);
  }
  if (signal.of) list_under(is_watched(signal.kind) ? watchers_ : readers_, *signal.of, at);
  if (by_wall_clock(signal.kind)) clocks_.push_back(at);
  by_text_.emplace(signal.text, at);
  if (signal.kind != SignalKind::active) return;
  for (const std::uint32_t rule : rules_.set().all_of(signal.word)) {
    of_rule_[rules_.set().rules[rule].id.text()].push_back(at);
  }
}

void Signals::index_all() {
  readers_.clear();
  watchers_.clear();
  clocks_.clear();
  by_text_.clear();
  of_rule_.clear();
  for (std::uint32_t at = 0; at < all().size(); ++at) index_one(at);
}

void Signals::load() {
  std::map<std::string, Kept> before = std::move(kept_);
  kept_.clear();
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    timers_.cancel(TimerKind::signal, texts_[i], journal_.out());
    before[texts_[i]].memory = std::move(memory_[i]);
  }
  pending_.clear();
  texts_.clear();
  for (const cel::Signal& signal : all()) texts_.push_back(signal.text);
  memory_.clear();
  memory_.resize(texts_.size());
  index_all();
  const Because loaded{{CauseKind::system, "rules loaded", {}}, {}};
  for (std::uint32_t at = 0; at < texts_.size(); ++at) {
    const auto kept = before.find(texts_[at]);
    remember(at, kept == before.end() ? nullptr : &kept->second);
    if (kept != before.end()) before.erase(kept);
    if (refresh(at, loaded)) agenda_.touch(all()[at].id, loaded);
  }
  for (const auto& [text, kept] : before) forget(text, kept);
}

void Signals::remember(std::uint32_t at, Kept* kept) {
  const cel::Signal& signal = all()[at];
  if (kept == nullptr) return remember_afresh(at);
  memory_[at] = std::move(kept->memory);
  if (!has_series(signal.kind) || memory_[at].series) return;
  memory_[at].series = series_of(signal);
  if (signal.kind == SignalKind::avg) {
    std::erase_if(kept->pieces, [](const Series::Piece& piece) {
      return piece.value.has_value() && !piece.value.is_numeric();
    });
  }
  memory_[at].series->restore(std::move(kept->pieces));
}

/// What stood before the signal was there counts, as far back as it is known to have stood.
void Signals::remember_afresh(std::uint32_t at) {
  const cel::Signal& signal = all()[at];
  Memory& memory = memory_[at];
  if (has_series(signal.kind)) {
    memory.series = series_of(signal);
    keep(signal, memory);
    const Millis since = unchanged_since(signal).steady;
    if (signal.kind == SignalKind::past) {
      push(at, since, image_.value(*signal.of));
    } else if (const auto value = signal.inner[0].value(image_)) {
      push(at, since, *value);
    }
  } else if (signal.kind == SignalKind::true_for) {
    if (signal.inner[0].truth(image_) != cel::Truth::yes) return;
    memory.since = unchanged_since(signal);
    keep(signal, memory);
  } else if (signal.kind == SignalKind::seen_ago) {
    const AttributeState& state = image_.at(*signal.of);
    if (!state.value.has_value()) return;
    memory.since = state.at;
    keep(signal, memory);
  }
}

/// Since when nothing has changed of what it reads.
Instant Signals::unchanged_since(const cel::Signal& signal) const {
  const Instant now = journal_.now();
  std::optional<Instant> since;
  const auto look = [&](AttributeId read) {
    const bool signal_too = catalog_.table().path(read).device.text() == rules::kSignalDevice;
    const Instant own = signal_too ? now : image_.at(read).since;
    if (!since || own.steady > since->steady) since = own;
  };
  for (const cel::Expression& inner : signal.inner) {
    for (const AttributeId read : inner.reads()) look(read);
  }
  if (signal.of) look(*signal.of);
  return since && since->steady <= now.steady ? *since : now;
}

void Signals::forget(const std::string& text, const Kept& kept) {
  journal_.erase(row_of(signal_key(text), ""));
  for (const Series::Piece& piece : kept.pieces) {
    journal_.erase(row_of(piece_key(text, piece.serial), ""));
  }
  if (!kept.memory.series) return;
  for (const Series::Piece& piece : kept.memory.series->pieces()) {
    journal_.erase(row_of(piece_key(text, piece.serial), ""));
  }
}

void Signals::keep(const cel::Signal& signal, const Memory& memory) {
  journal_.put(row_of(signal_key(signal.text),
                      pack(SignalRow{signal.text, memory.since, memory.revision, memory.context})));
}

void Signals::push(std::uint32_t at, Millis when, Value value) {
  const cel::Signal& signal = all()[at];
  Series& series = *memory_[at].series;
  Series::Moved moved;
  series.push(when, std::move(value), moved);
  for (const std::uint64_t serial : moved.changed) {
    const Series::Piece* piece = series.find(serial);
    if (piece != nullptr) journal_.put(row_of(piece_key(signal.text, serial), pack(*piece)));
  }
  for (const std::uint64_t serial : moved.gone) {
    if (series.find(serial) != nullptr) continue;
    journal_.erase(row_of(piece_key(signal.text, serial), ""));
  }
}

void Signals::seen(const MessageArrived& message) {
  if (message.arrival == Arrival::retained) return;
  for (const devices::Reading& reading : message.decoded->readings) {
    if (index(reading.attribute) >= watchers_.size()) continue;
    for (const std::uint32_t at : watchers_[index(reading.attribute)]) {
      if (all()[at].kind != SignalKind::seen_ago) continue;
      memory_[at].since = journal_.now();
      keep(all()[at], memory_[at]);
      pend(at, {{CauseKind::message, std::string(message.topic), {}}, {}});
    }
  }
}

Because Signals::due_because(std::uint32_t at) const {
  const cel::Signal& signal = all()[at];
  Because due{{CauseKind::timer, signal.text, memory_[at].revision}, memory_[at].context};
  if (signal.of) {
    const AttributeState& state = image_.at(*signal.of);
    due.cause.parent = state.revision;
    due.context = state.context;
  }
  return due;
}

void Signals::fire(const Timer& timer) {
  const auto at = by_text_.find(timer.subject);
  if (at != by_text_.end()) pend(at->second, due_because(at->second));
}

void Signals::pend(std::uint32_t signal, const Because& because) {
  pending_.emplace(signal, because);
}

void Signals::pend_readers(AttributeId attribute, const Because& because) {
  if (index(attribute) >= readers_.size()) return;
  for (const std::uint32_t at : readers_[index(attribute)]) pend(at, because);
}

/// What the log says of rules, of what is wanted, and of commands.
void Signals::scan_changes() {
  const auto& changes = journal_.out().changes;
  for (; scanned_ < changes.size(); ++scanned_) {
    if (watchers_.empty() && of_rule_.empty()) continue;
    const Change& change = changes[scanned_];
    const Because because{{change.cause.kind, change.cause.id, change.revision}, change.context};
    if (change.kind == ChangeKind::rule) {
      const auto of = of_rule_.find(change.device);
      if (of == of_rule_.end()) continue;
      for (const std::uint32_t at : of->second) pend(at, because);
      continue;
    }
    const auto id = catalog_.table().find(change.device, change.attribute);
    if (!id || index(*id) >= watchers_.size()) continue;
    for (const std::uint32_t at : watchers_[index(*id)]) pend(at, because);
  }
}

bool Signals::waiting() {
  scan_changes();
  return !pending_.empty();
}

void Signals::follow(Touched& touched) {
  scan_changes();
  for (const auto& [attribute, because] : touched) pend_readers(attribute, because);
  while (!pending_.empty()) {
    const auto [at, because] = *pending_.begin();
    pending_.erase(pending_.begin());
    if (!refresh(at, because)) continue;
    touched.emplace_back(all()[at].id, because);
    pend_readers(all()[at].id, because);
  }
}

/// Computes a signal anew; true when rules see another value than before.
bool Signals::refresh(std::uint32_t at, const Because& because) {
  const cel::Signal& signal = all()[at];
  Answer found = answer(at, because);
  if (found.due) {
    const Millis soonest = journal_.now().steady + Millis(1);
    timers_.arm(TimerKind::signal, signal.text, std::max(*found.due, soonest), journal_.out());
  } else {
    timers_.cancel(TimerKind::signal, signal.text, journal_.out());
  }
  if (image_.value(signal.id) == found.value) return false;
  image_.set_signal(signal.id, std::move(found.value));
  return true;
}

}  // namespace attune::core
