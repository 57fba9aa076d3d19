#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/event.h"
#include "broker/core/journal.h"
#include "broker/core/ledger.h"
#include "broker/core/rule_runner.h"
#include "broker/core/series.h"
#include "broker/core/site.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"

/// Keeps the values of RuleSet::signals: computed anew when what they read changes, and by a timer
/// at their next flip; so that rules read them like any attribute and wake like from any.
///
/// Determinism: a value is a function of the image, the memory kept here, and the time. The memory
/// is stored in the step that changed it.
namespace attune::core {

class Signals {
 public:
  static constexpr std::string_view kSpace = "signals";  ///< of their blobs

  Signals(const devices::Catalog& catalog, Image& image, const RuleRunner& rules,
          const Ledger& ledger, Timers& timers, Journal& journal, Agenda& agenda, Site site)
      : catalog_(catalog),
        image_(image),
        rules_(rules),
        ledger_(ledger),
        timers_(timers),
        journal_(journal),
        agenda_(agenda),
        site_(std::move(site)) {}

  /// Before the first load(). Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);

  /// A step begins at `present`: looks whether the clock on the wall was set.
  void begin(const Outcome& out, const Instant& present);
  /// The rules were exchanged: keeps the memory of signals that stay, computes all.
  void load();
  /// A device said this, whether it changed or not.
  void seen(const MessageArrived& message);
  void fire(const Timer& timer);

  using Touched = std::vector<std::pair<AttributeId, Because>>;
  /// What follows from what was touched, and from all changes of this step so far, is added.
  void follow(Touched& touched);
  /// Whether something is still to be followed, because of what was decided in the meantime.
  [[nodiscard]] bool waiting();

  /// What a signal is, of an attribute that is one.
  [[nodiscard]] const cel::Signal* find(AttributeId attribute) const;

 private:
  struct Memory {
    std::optional<Instant> since;  ///< of the truth of a true_for; of the last word of a seen_ago
    Revision revision{};           ///< what a flip by time cites
    Revision context{};
    std::optional<Series> series;
  };
  struct Kept {  ///< as it was stored
    Memory memory;
    std::vector<Series::Piece> pieces;
  };
  struct Answer {
    Value value;
    std::optional<Millis> due;  ///< Instant::steady
  };

  [[nodiscard]] const std::vector<cel::Signal>& all() const { return rules_.set().signals; }
  void index_all();
  void index_one(std::uint32_t at);
  void remember(std::uint32_t at, Kept* kept);
  void remember_afresh(std::uint32_t at);
  void forget(const std::string& text, const Kept& kept);
  [[nodiscard]] Because due_because(std::uint32_t at) const;
  void pend(std::uint32_t signal, const Because& because);
  void pend_readers(AttributeId attribute, const Because& because);
  void scan_changes();
  bool refresh(std::uint32_t at, const Because& because);
  Answer answer(std::uint32_t at, const Because& because);
  Answer true_for(std::uint32_t at, const Because& because);
  Answer lasting(const cel::Signal& signal, const std::optional<Instant>& since) const;
  Answer past(std::uint32_t at);
  Answer average(std::uint32_t at);
  Answer active(const cel::Signal& signal) const;
  Answer between(const cel::Signal& signal) const;
  Answer clock(const cel::Signal& signal) const;
  Answer sun(const cel::Signal& signal) const;
  Answer sun_against(const cel::Signal& signal) const;
  void push(std::uint32_t at, Millis when, Value value);
  [[nodiscard]] Instant unchanged_since(const cel::Signal& signal) const;
  [[nodiscard]] Millis steady_of(Millis wall) const;
  void keep(const cel::Signal& signal, const Memory& memory);

  const devices::Catalog& catalog_;
  Image& image_;
  const RuleRunner& rules_;
  const Ledger& ledger_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
  Site site_;
  std::vector<Memory> memory_;                        // parallel to all()
  std::vector<std::string> texts_;                    // of the set that memory_ belongs to
  std::map<std::string, Kept> kept_;                  // by text: restored, until the first load
  std::vector<std::vector<std::uint32_t>> readers_;   // by AttributeId
  std::vector<std::vector<std::uint32_t>> watchers_;  // by AttributeId: wanted, diverged, seen_ago
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> of_rule_;
  std::map<std::string, std::uint32_t, std::less<>> by_text_;
  std::vector<std::uint32_t> clocks_;  // those that depend on the wall clock
  std::map<std::uint32_t, Because> pending_;
  std::size_t scanned_ = 0;       // of the outcome's changes
  std::optional<Millis> offset_;  // of the wall clock from the steady one
};

}  // namespace attune::core
