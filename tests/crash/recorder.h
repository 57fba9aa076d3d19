#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// Everything that this program does to the files below one folder, as the disk gets to know it.
///
/// The calls of libc by which files are written, named and flushed are replaced in this program;
/// they do their work and, while a recording runs, leave an Event. A write through a descriptor
/// opened with O_DSYNC is two events: the write, and the flush of what it wrote.
namespace attune::crash {

struct Event {
  enum class Kind : std::uint8_t {
    write,         ///< `bytes` to `file` at `at`
    length,        ///< of `file` becomes `at`
    make_file,     ///< `name` is a new file
    make_folder,   ///< `name`
    rename,        ///< `name` becomes `to`
    remove,        ///< `name`
    flush_file,    ///< all of `file` is durable
    flush_write,   ///< the sectors that the write before touched are durable
    flush_folder,  ///< the names in folder `name` are durable
    begun,         ///< step `at` of the history begins
    done,          ///< step `at` is acknowledged
  };
  Kind kind{};
  std::uint32_t file = 0;  ///< numbered in order of appearance
  std::uint64_t at = 0;    ///< bytes; or a step
  std::string bytes;
  std::string name;  ///< below the folder; "" is the folder itself
  std::string to;
};

/// Records from now on what happens below `folder`.
///
/// Threading: calls of any thread are recorded, in the order in which they end.
void start_recording(const std::string& folder);
/// Marks the begin or the end of a step of the history.
void record_step(Event::Kind kind, std::uint64_t step);
/// Ends the recording.
[[nodiscard]] std::vector<Event> stop_recording();

}  // namespace attune::crash
