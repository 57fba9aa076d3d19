#include "broker/cli/scenario.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "broker/cli/judge.h"
#include "broker/cli/simulated_home.h"
#include "broker/core/why_not.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

/// A Thursday at noon in winter: what a test begins with that does not care.
constexpr Millis kUsualStart{1'768'478'400'000};  // 2026-01-15T12:00:00Z

/// Times of tests are written as clocks of the house show them, and read as if they were of UTC.
Millis moment_of(const core::Site& site, Millis written) {
  cel::LocalTime local = cel::Zone().at(written);
  return site.zone.moment(local) + written % std::chrono::seconds(1);
}

/// When the clocks of the house show the time of day next.
Millis next_clock(const core::Site& site, Millis of_day, Millis now) {
  cel::LocalTime local = site.zone.at(now);
  local.hour = 0;
  local.minute = 0;
  local.second = static_cast<int>(of_day / std::chrono::seconds(1));
  const Millis today = site.zone.moment(local);
  if (today > now) return today;
  ++local.day;
  return site.zone.moment(local);
}

/// How long to the moment that the step goes on to; empty: it is over already.
std::optional<Millis> wait_of(const rules::TestStep& step, const core::Site& site, Millis now) {
  if (step.clock) return next_clock(site, *step.clock, now) - now;
  if (!step.at) return step.after.value_or(Millis(0));
  const Millis at = moment_of(site, *step.at);
  return at > now ? std::optional(at - now) : std::nullopt;
}

/// What the step does to the home; answers what is wrong with that.
std::string act(SimulatedHome& home, const core::Site& site, const rules::TestStep& step) {
  home.forget_sent();
  if (step.offline) home.set_offline(*step.offline);
  if (step.silent) home.set_silent(*step.silent);
  if (!step.report.empty()) home.report(step.report);
  if (!step.manual.empty()) home.report(step.manual);
  const auto wait = wait_of(step, site, home.now().wall);
  if (!wait) {
    return "  it is later than " + format_utc(moment_of(site, *step.at)) + " already\n";
  }
  if (step.after || step.at || step.clock) home.advance(*wait);
  if (step.restart) home.restart();
  return {};
}

/// Looks at the home after each step of its core: for coverage, and for what must never be.
class Watch {
 public:
  Watch(SimulatedHome& home, Coverage* coverage) : home_(home), coverage_(coverage) {
    if (coverage != nullptr) coverage->look(home.core());
  }
  ~Watch() { home_.watch({}); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void begin(const rules::TestStep& step) {
    never_ = step.never ? &*step.never : nullptr;
    seen_.clear();
    look();
    // What nobody looks at is not called for: most tests are of this kind.
    if (never_ != nullptr || coverage_ != nullptr) {
      home_.watch([this] { look(); });
    } else {
      home_.watch({});
    }
  }
  /// When and how what must never be came to be; empty: it did not.
  [[nodiscard]] const std::string& seen() const { return seen_; }

 private:
  void look() {
    if (coverage_ != nullptr) coverage_->look(home_.core());
    const auto& image = home_.core().image();
    if (never_ == nullptr || !seen_.empty() || never_->truth(image) != cel::Truth::yes) return;
    seen_ = "  never: `" + std::string(never_->source()) + "` became true at " +
            format_utc(home_.now().wall) + " of the test\n";
    for (const AttributeId attribute : never_->reads()) {
      const auto read = core::Present(home_.core()).read(attribute);
      seen_ += "    " + read.text + " = " + to_json(read.value) + "\n";
    }
  }

  SimulatedHome& home_;
  Coverage* coverage_;
  const cel::Expression* never_ = nullptr;
  std::string seen_;
};

/// One step from its doing to the verdict; empty: all is as expected.
std::string play(SimulatedHome& home, const core::Site& site, const Judge& judge, Watch& watch,
                 const rules::TestStep& step) {
  watch.begin(step);
  std::string wrong = act(home, site, step);
  if (!home.broken().empty()) return "  " + home.broken() + "\n";
  wrong += watch.seen();
  return wrong.empty() ? judge.judge(step) : wrong;
}

std::string printable_lines(const std::string& lines) {
  std::string out;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    out += printable(std::string_view(lines).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

ScenarioRunner::ScenarioRunner(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set,
                               core::Site site, Coverage* coverage)
    : catalog_(catalog), set_(std::move(set)), site_(std::move(site)), coverage_(coverage) {}

CaseResult ScenarioRunner::run(const rules::TestCase& test) {
  const Millis start = moment_of(site_, test.time.value_or(kUsualStart));
  SimulatedHome home(catalog_, set_, site_, {start, test.settings, test.state});
  const Judge judge(home, catalog_, *set_);
  Watch watch(home, coverage_);
  for (const auto& step : test.steps) {
    std::string wrong = play(home, site_, judge, watch, step);
    if (wrong.empty()) continue;
    wrong += "  at " + format_utc(home.now().wall) + " of the test\n";
    return {&test, false, step.place, printable_lines(wrong)};
  }
  return {&test, true, {}, {}};
}

}  // namespace attune::cli
