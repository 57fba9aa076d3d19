#include "broker/shell/rehearsal.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "broker/core/learned.h"
#include "broker/core/signals.h"
#include "broker/core/snapshot.h"
#include "broker/shell/config/surroundings.h"
#include "rules/check/check.h"

namespace attune::shell {

namespace {

using api::RulesDifference;

/// A rule of the file, as people tell two versions of it apart: instances together.
struct Version {
  std::map<std::string, std::uint64_t> instances;  ///< fingerprints by id
  std::string words;
  friend bool operator==(const Version&, const Version&) = default;
};

std::map<std::string, Version> versions(const rules::RuleSet& set) {
  std::map<std::string, Version> all;
  for (const rules::Rule& rule : set.rules) {
    Version& version = all[std::string(rule.declared())];
    version.instances.emplace(rule.id.text(), rule.fingerprint);
    version.words = rule.extras->words.label + "\n" + rule.extras->words.because;
  }
  return all;
}

RulesDifference::Names difference_of(const rules::RuleSet& before, const rules::RuleSet& after) {
  const auto old_rules = versions(before);
  const auto new_rules = versions(after);
  RulesDifference::Names names;
  for (const auto& [id, version] : new_rules) {
    const auto old = old_rules.find(id);
    if (old == old_rules.end()) names.added.push_back(id);
    if (old != old_rules.end() && old->second != version) names.changed.push_back(id);
  }
  for (const auto& [id, version] : old_rules) {
    if (!new_rules.contains(id)) names.removed.push_back(id);
  }
  return names;
}

/// The named bytes that decide what is wanted. Errors: those of Store.
Status add_blobs(const store::Store& store, core::Restored& standing) {
  const std::pair<std::string_view, std::vector<Blob>*> spaces[] = {
      {core::Conflicts::kSpace, &standing.conflicts},
      {core::Interlocks::kSpace, &standing.interlocks},
      {core::Limits::kSpace, &standing.limits},
      {core::Notices::kSpace, &standing.notices},
      {core::Signals::kSpace, &standing.signals},
      {core::Learned::kSpace, &standing.learned}};
  for (const auto& [space, blobs] : spaces) {
    auto found = store.blobs(std::string(space));
    if (!found) return found.error();
    *blobs = std::move(*found);
  }
  return {};
}

/// A core of its own in which the set that runs has taken up where it stands.
class Stage {
 public:
  Stage(const core::Core& live, const config::Config& config) : config_(config) {
    for (const auto& [id, info] : live.catalog().devices()) catalog_.describe(info);
  }

  rules::Loaded load(const std::vector<rules::SourceFile>& files) {
    rules::Surroundings around = config::surroundings(catalog_);
    around.permissions = &config_.permissions;
    rules::Loaded loaded = rules::load(files, around);
    if (!loaded.set) return loaded;
    const Issues found = rules::check(loaded, around);
    loaded.issues.insert(loaded.issues.end(), found.begin(), found.end());
    if (has_errors(loaded.issues)) loaded.set = nullptr;
    return loaded;
  }

  void begin(core::Restored standing, std::shared_ptr<const rules::RuleSet> runs,
             const Instant& now) {
    now_ = now;
    core_.emplace(catalog_, core::Options{false, config::site_of(config_)});
    core_->restore(std::move(standing));
    step(core::RulesLoaded{std::move(runs)});
    step(core::LinkChanged{true});
  }

  void swap(std::shared_ptr<const rules::RuleSet> set, RulesDifference& difference) {
    core::Image before = core_->image();
    const core::Outcome outcome = step(core::RulesLoaded{std::move(set)});
    std::map<std::string, AttributeId> touched;
    for (const Change& change : outcome.changes) {
      if (change.kind != ChangeKind::desired && change.kind != ChangeKind::setting) continue;
      const AttributePath path{DeviceId(change.device), change.attribute};
      touched.emplace(path.text(), catalog_.table().intern(path));
    }
    for (const auto& [path, id] : touched) note(id, before, difference);
    for (const core::Dispatch& dispatch : outcome.dispatches) {
      for (const auto& value : dispatch.values) {
        difference.commands.push_back({catalog_.table().path(value.attribute), value.value});
      }
    }
  }

 private:
  core::Outcome step(decltype(core::Event::what) what) {
    core::Outcome outcome;
    core_->step({now_, std::move(what)}, outcome);
    return outcome;
  }

  void note(AttributeId id, const core::Image& before, RulesDifference& difference) const {
    const AttributePath& path = catalog_.table().path(id);
    const bool setting = path.device.text() == kSettingsDevice;
    const auto wish = [&](const core::AttributeState& state) {
      return setting ? RulesDifference::Wish{state.value, ""}
                     : RulesDifference::Wish{state.desired, state.desired_by};
    };
    RulesDifference::Wish was = wish(before.at(id));
    RulesDifference::Wish is = wish(core_->image().at(id));
    if (was == is) return;
    difference.effects.push_back({path, std::move(was), std::move(is)});
  }

  const config::Config& config_;
  devices::Catalog catalog_;
  std::optional<core::Core> core_;
  Instant now_;
};

}  // namespace

Rehearsed rehearse(const core::Core& live, const store::Store& store, const config::Config& config,
                   const std::vector<rules::SourceFile>& files, const Instant& now) {
  Rehearsed rehearsed;
  Stage stage(live, config);
  rules::Loaded wanted = stage.load(files);
  rehearsed.issues = std::move(wanted.issues);
  rehearsed.ok = wanted.set != nullptr;
  if (!rehearsed.ok) return rehearsed;
  rehearsed.difference.rules = difference_of(live.rule_set(), *wanted.set);
  core::Restored standing = core::snapshot(live);
  const rules::Loaded runs = stage.load(live.rule_set().files);
  if (!runs.set || !add_blobs(store, standing)) return rehearsed;  // devices that have gone since
  stage.begin(std::move(standing), runs.set, now);
  stage.swap(wanted.set, rehearsed.difference);
  return rehearsed;
}

}  // namespace attune::shell
