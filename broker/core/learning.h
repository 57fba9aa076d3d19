#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/claims.h"
#include "broker/core/event.h"
#include "broker/core/journal.h"
#include "broker/core/learned.h"
#include "broker/core/rule_runner.h"
#include "broker/core/wish.h"
#include "devices/catalog.h"

/// Corrections by people move the numbers that rules want, one step at a time and within bounds:
/// after so many of them to one side in one context it proposes a step, or takes it (`auto`).
///
/// A correction is a person's value that holds while a rule would decide, at least half a step from
/// what the rule wants; one for each run of the rule, its last. One to the other side begins anew.
/// Determinism: a function of the steps; every change is stored in the step that made it.
namespace attune::core {

class Learning {
 public:
  Learning(const devices::Catalog& catalog, const Image& image, const RuleRunner& rules,
           const Claims& claims, Journal& journal, Agenda& agenda)
      : catalog_(catalog),
        image_(image),
        rules_(rules),
        claims_(claims),
        journal_(journal),
        agenda_(agenda) {}

  /// Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);
  /// The rules are about to be exchanged.
  void unload();
  /// The rules were exchanged: what was learned of a number that the file changed is forgotten.
  void load();

  /// A step begins, with what `out` holds already.
  void begin(const Outcome& out) { scanned_ = out.changes.size(); }
  /// Takes note of what people and settings did in this step so far. True: rules must be looked at.
  bool follow();

  /// What was learned for this wish in the context of now; empty: the file's number counts.
  [[nodiscard]] std::optional<Wish> wish(const rules::Rule& rule, const rules::Want& want) const;
  /// For people, of the same: ` (learned: 70 instead of 80)`; empty: nothing was learned.
  [[nodiscard]] std::string note(const rules::Rule& rule, const rules::Want& want) const;

  /// A person accepts or dismisses a proposal, or takes back the last step. Answers in the journal.
  void take(const LearnRequest& request);

  /// Ascending by key.
  [[nodiscard]] const std::map<std::string, Learned>& all() const { return all_; }
  /// Null: no rule that runs learns this.
  [[nodiscard]] const rules::Learn* find(std::string_view id) const;

 private:
  using Target = rules::Learn::Target;
  struct Place {
    const rules::Learn* learn;
    const Target* target;
  };

  void take_claim(const Change& change);
  void corrected(const Place& place, const Claim& hand);
  void taken_back(AttributeId attribute);
  void consider(const rules::Learn& learn, Learned& row, const Because& because);
  void drop_run(const Place& place, Learned& row);
  void move(const rules::Learn& learn, Learned& row, double to, const std::string& who,
            const Because& because);
  void look_again(const rules::Learn& learn, const Because& because);
  void keep(const Learned& row);
  void forget(const std::string& key);
  void settle(const rules::Learn& learn, const std::string& key);
  [[nodiscard]] const Learned* row_of(const Place& place) const;
  [[nodiscard]] Learned& row_for(const Place& place);
  [[nodiscard]] std::string context_of(const Place& place) const;
  [[nodiscard]] std::optional<Place> place_of(const rules::Rule& rule,
                                              const rules::Want& want) const;
  [[nodiscard]] bool is_off(AttributeId attribute) const;
  [[nodiscard]] bool would_decide(const Place& place) const;
  [[nodiscard]] std::string chosen_row(const LearnRequest& request, std::string& problem) const;
  Because announce(const rules::Learn& learn, const Learned& row, std::string status, double value,
                   double previous, const Because& because);

  const devices::Catalog& catalog_;
  const Image& image_;
  const RuleRunner& rules_;
  const Claims& claims_;
  Journal& journal_;
  Agenda& agenda_;
  std::map<std::string, Learned> all_;  // by key, see learned_key()
  std::map<AttributeId, std::vector<Place>> places_;
  std::multimap<AttributeId, const rules::Learn*> by_setting_;
  std::size_t scanned_ = 0;  // of the outcome's changes
};

/// The number that counts: the row's, else the file's, within the bounds of now.
[[nodiscard]] double effective(const rules::Learn& learn, const Learned* row);
/// The key of a row: id, `#`, 16 hexadecimal digits of its context.
[[nodiscard]] std::string learned_key(const std::string& id, const std::string& context);

}  // namespace attune::core
