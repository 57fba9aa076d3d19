#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/image.h"
#include "broker/core/journal.h"
#include "broker/core/rule_runner.h"
#include "devices/catalog.h"

/// What must never be: judges every command by the state that it would make, and watches the state
/// that is.
namespace attune::core {

class Interlocks {
 public:
  static constexpr std::string_view kSpace = "interlocks";  ///< of the blobs; their key is the id

  Interlocks(const devices::Catalog& catalog, const RuleRunner& rules, const Image& image,
             Journal& journal)
      : catalog_(catalog), rules_(rules), image_(image), journal_(journal) {}
  void restore(const std::vector<Blob>& blobs);

  /// The interlock that keeps `attribute` from becoming `value` now; null: none does.
  ///
  /// Judged twice, with what is reported of the others and with what is wanted of them: two motors
  /// that must not run together are not told so in one step, and one that still runs down counts.
  [[nodiscard]] const rules::Interlock* forbids(AttributeId attribute, const Value& value) const;

  /// The state of `attribute` changed.
  void touched(AttributeId attribute);
  void touch_all();
  [[nodiscard]] std::set<std::uint32_t> take_touched();

  /// Looks at what is reported. True when the interlock has come to hold, or to hold no more; then
  /// `because` becomes what its consequences cite.
  bool look(std::uint32_t lock, Because& because);
  [[nodiscard]] bool is_active(std::string_view id) const { return active_.contains(id); }
  /// Forgets those that are in no file any more. Answers their ids.
  [[nodiscard]] std::vector<std::string> retire();

  /// What a claim of this interlock wants now; literals, or live values that are known.
  [[nodiscard]] const std::vector<rules::Interlock>& all() const { return rules_.set().interlocks; }

 private:
  [[nodiscard]] bool agrees(const rules::Interlock& lock, AttributeId attribute,
                            const Value& value) const;
  [[nodiscard]] bool denies(const rules::Interlock& lock, const rules::StateView& view,
                            const rules::StateView& last_known) const;
  [[nodiscard]] bool is_obeyed(const rules::Interlock& lock) const;
  void set_active(const rules::Interlock& lock, bool active);

  const devices::Catalog& catalog_;
  const RuleRunner& rules_;
  const Image& image_;
  Journal& journal_;
  std::set<std::string, std::less<>> active_;
  std::set<std::uint32_t> touched_;  // of this step
};

}  // namespace attune::core
