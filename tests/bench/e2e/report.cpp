#include "tests/bench/e2e/report.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace attune::bench {
namespace {

constexpr double kLoneFactor = 1.5;  ///< of the durable floor's p50 (docs/adr/0007)
constexpr double kBareFactor = 1.5;  ///< of the floor's p50, plus one commit
constexpr double kLoopFactor = 0.6;  ///< of the floor's events per second
constexpr double kEmptyMib = 16;
constexpr std::size_t kManyRules = 1'000;

[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

double ratio(double figure, double floor) {
  return floor == 0 ? 0 : figure / floor;
}

double mib(std::uint64_t kib) {
  return static_cast<double>(kib) / 1024;
}

std::string json_of(const Series& series, const Round& floor) {
  const Round is = series.medians();
  std::string text = print(R"(    {"subject":"%s","rules":%zu,"rounds":%zu)",
                           series.subject.c_str(), series.rules, series.rounds.size());
  if (is.lone_p50_ms > 0) {
    text += print(R"(,"lone_p50_ms":%.4f,"lone_p99_ms":%.4f,"floor_lone_p50_ms":%.4f)",
                  is.lone_p50_ms, is.lone_p99_ms, floor.lone_p50_ms);
    text +=
        print(R"(,"cold_p50_ms":%.4f,"floor_cold_p50_ms":%.4f)", is.cold_p50_ms, floor.cold_p50_ms);
    text += print(R"(,"lone_ratio":%.3f,"commit_ms":%.4f)",
                  ratio(is.lone_p50_ms, floor.lone_p50_ms), is.commit_ms);
  }
  if (is.loop_per_second > 0) {
    text += print(R"(,"loop_per_second":%.0f,"floor_loop_per_second":%.0f,"loop_ratio":%.3f)",
                  is.loop_per_second, floor.loop_per_second,
                  ratio(is.loop_per_second, floor.loop_per_second));
    text +=
        print(R"(,"cpu_us_per_event":%.1f,"floor_cpu_us_per_event":%.1f)", is.cpu_us, floor.cpu_us);
    text += print(R"(,"broker_cpu_us_per_event":%.1f,"surplus_commands":%.0f)", is.broker_cpu_us,
                  is.surplus);
  }
  return text + "}";
}

}  // namespace

double percentile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  const auto last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(last * fraction);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double median(std::vector<double> values) {
  return percentile(std::move(values), 0.5);
}

Round Series::medians() const {
  const auto middle = [this](double Round::*figure) {
    std::vector<double> values;
    for (const Round& round : rounds) values.push_back(round.*figure);
    return median(std::move(values));
  };
  return {middle(&Round::lone_p50_ms),   middle(&Round::lone_p99_ms),     middle(&Round::commit_ms),
          middle(&Round::cold_p50_ms),   middle(&Round::loop_per_second), middle(&Round::cpu_us),
          middle(&Round::broker_cpu_us), middle(&Round::surplus)};
}

const Series& Report::find(const std::string& subject, std::size_t rules) const {
  const auto found = std::find_if(series.begin(), series.end(), [&](const Series& one) {
    return one.subject == subject && one.rules == rules;
  });
  if (found == series.end()) die("nothing was measured of " + subject);
  return *found;
}

double Report::lone_of_bound(const std::string& subject, std::size_t rules) const {
  const Series& is = find(subject, rules);
  const Series& floor = find(kFloor, rules);
  std::vector<double> shares;
  for (std::size_t i = 0; i < is.rounds.size(); ++i) {
    const double bound = kBareFactor * floor.rounds[i].lone_p50_ms + is.rounds[i].commit_ms;
    shares.push_back(ratio(is.rounds[i].lone_p50_ms, bound));
  }
  return median(std::move(shares));
}

double Report::lone_of_durable(std::size_t rules) const {
  const Series& is = find(kAttune, rules);
  const Series& floor = find(kDurableFloor, rules);
  std::vector<double> shares;
  for (std::size_t i = 0; i < is.rounds.size(); ++i) {
    shares.push_back(ratio(is.rounds[i].lone_p50_ms, floor.rounds[i].lone_p50_ms));
  }
  return median(std::move(shares));
}

std::vector<Bar> Report::bars() const {
  std::vector<Bar> bars;
  for (const std::size_t rules : {std::size_t{1}, kManyRules}) {
    bars.push_back({print("lone p50 of the durable floor, %zu rules", rules),
                    lone_of_durable(rules), kLoneFactor, true});
  }
  bars.push_back({"closed loop, 1000 rules, of the floor",
                  ratio(find(kAttune, kManyRules).medians().loop_per_second,
                        find(kFloor, kManyRules).medians().loop_per_second),
                  kLoopFactor, false});
  bars.push_back({"empty daemon, MiB resident", mib(empty.resident_kib), kEmptyMib, true});
  return bars;
}

std::string Report::table() const {
  std::string text =
      "subject           rules  lone p50   p99 ms  x floor  commit cold p50    loop/s  x floor"
      "   cpu us  broker us  surplus\n";
  for (const Series& one : series) {
    const Round is = one.medians();
    const Round floor = find(kFloor, one.rules).medians();
    text += print("%-16s %6zu %9.3f %8.3f %8.2f %7.3f %8.3f %9.0f %8.2f %8.1f %10.1f %8.0f\n",
                  one.subject.c_str(), one.rules, is.lone_p50_ms, is.lone_p99_ms,
                  ratio(is.lone_p50_ms, floor.lone_p50_ms), is.commit_ms, is.cold_p50_ms,
                  is.loop_per_second, ratio(is.loop_per_second, floor.loop_per_second), is.cpu_us,
                  is.broker_cpu_us, is.surplus);
  }
  text += print("empty daemon: %.1f MiB resident: %.1f private, %.1f files, %.1f shared\n",
                mib(empty.resident_kib), mib(empty.private_kib), mib(empty.files_kib),
                mib(empty.shared_kib));
  for (const char* subject : {kDurableFloor, kAttune}) {
    text += print("%s of 1.5 x floor + commit: %.3f with 1 rule, %.3f with 1000\n", subject,
                  lone_of_bound(subject, 1), lone_of_bound(subject, kManyRules));
  }
  for (const Bar& bar : bars()) {
    text += print("%-4s %s: %.3f, wanted %s %.3f\n", bar.holds() ? "ok" : "MISS", bar.name.c_str(),
                  bar.figure, bar.at_most ? "<=" : ">=", bar.bound);
  }
  return text;
}

std::string Report::json() const {
  std::string text = print("{\n  \"outstanding\":%zu,\n  \"series\":[\n", outstanding);
  for (std::size_t i = 0; i < series.size(); ++i) {
    text += json_of(series[i], find(kFloor, series[i].rules).medians());
    text += i + 1 < series.size() ? ",\n" : "\n";
  }
  text += print(
      "  ],\n  \"empty_daemon_kib\":{\"resident\":%zu,\"private\":%zu,\"files\":%zu,"
      "\"shared\":%zu},\n  \"bars\":[\n",
      empty.resident_kib, empty.private_kib, empty.files_kib, empty.shared_kib);
  const std::vector<Bar> all = bars();
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += print(R"(    {"name":"%s","figure":%.4f,"%s":%.4f,"holds":%s}%s)", all[i].name.c_str(),
                  all[i].figure, all[i].at_most ? "at_most" : "at_least", all[i].bound,
                  all[i].holds() ? "true" : "false", i + 1 < all.size() ? ",\n" : "\n");
  }
  return text + "  ]\n}\n";
}

}  // namespace attune::bench
