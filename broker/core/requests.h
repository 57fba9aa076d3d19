#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "broker/core/arbitration.h"
#include "broker/core/conflicts.h"
#include "broker/core/inference.h"
#include "broker/core/ledger.h"
#include "broker/core/schedules.h"
#include "broker/core/seen_writes.h"
#include "devices/catalog.h"

/// What people ask for through API, page and command line, checked before it is done.
namespace attune::core {

class Requests {
 public:
  Requests(const devices::Catalog& catalog, const Image& image, const RuleRunner& rules,
           const Claims& claims, Ledger& ledger, Arbitration& arbitration, Inference& inference,
           Schedules& schedules, Conflicts& conflicts, SeenWrites& seen, Journal& journal)
      : catalog_(catalog),
        image_(image),
        rules_(rules),
        claims_(claims),
        ledger_(ledger),
        arbitration_(arbitration),
        inference_(inference),
        schedules_(schedules),
        conflicts_(conflicts),
        seen_(seen),
        journal_(journal) {}

  void take(const WriteRequest& request);
  void take(const ReleaseRequest& request);
  void take(const RuleModeRequest& request);
  void take(const DismissRequest& request);
  void take(const AckRequest& request);

  /// At the end of the step: the commands that the accepted writes led to are named in the
  /// answers, and the answers to writes with an id are remembered.
  void finish();

 private:
  /// What a write is about.
  struct Target {
    AttributeId id{};
    const AttributeInfo* info = nullptr;
    bool is_setting = false;
  };
  struct Remembered {
    std::size_t reply = 0;  ///< its place among the replies
    std::string key;
    std::uint64_t fingerprint = 0;
  };

  [[nodiscard]] bool answered_before(const WriteRequest& request);
  void write(const WriteRequest& request, const Target& target, const Value& value);
  void do_write(const WriteRequest& request, const Target& target, const Value& value,
                const Because& because);
  /// A write made while away, where somebody else wrote too. The policy decides.
  void meet(const WriteRequest& request, const Target& target, const Value& value,
            ConflictSide stands);
  [[nodiscard]] std::optional<ConflictSide> changed_since(const Target& target,
                                                          Revision base) const;
  [[nodiscard]] bool is_forbidden(const WriteRequest& request, const Target& target,
                                  const Value& value);
  [[nodiscard]] bool is_timely(const WriteRequest& request);
  [[nodiscard]] std::string why_not_to_ack(std::uint32_t rule) const;
  /// True: it was a plan for a schedule, and is answered.
  [[nodiscard]] bool is_plan(const WriteRequest& request, const Target& target);
  void reject(RequestId id, std::string code, std::string message);
  void accept(RequestId id, Revision revision);
  [[nodiscard]] Reply& last_reply() const { return journal_.out().replies.back(); }
  /// The attribute or setting, or nothing and a rejection.
  [[nodiscard]] std::optional<Target> target_of(const WriteRequest& request);
  [[nodiscard]] std::optional<Target> setting_of(const WriteRequest& request);
  [[nodiscard]] bool conflicts(RequestId id, std::optional<Revision> wanted, AttributeId attribute);

  const devices::Catalog& catalog_;
  const Image& image_;
  const RuleRunner& rules_;
  const Claims& claims_;
  Ledger& ledger_;
  Arbitration& arbitration_;
  Inference& inference_;
  Schedules& schedules_;
  Conflicts& conflicts_;
  SeenWrites& seen_;
  Journal& journal_;
  std::vector<std::pair<std::size_t, AttributeId>> unnamed_;  // reply's place, attribute
  std::vector<Remembered> to_remember_;
};

}  // namespace attune::core
