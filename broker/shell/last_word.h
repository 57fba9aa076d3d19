#pragma once
#include <string>

/// What attune says when a file that it has mapped is cut off under it, or its disk fails.
namespace attune::shell {

/// From now on SIGBUS names the file, says what to do, and ends the process with exit code 70. The
/// files are mapped already. Once a process.
///
/// Threading: before other threads begin. The handler calls nothing that is not async-signal-safe.
void install_last_word(const std::string& store_file, const std::string& ring_file);

}  // namespace attune::shell
