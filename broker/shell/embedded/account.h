#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "devices/model/result.h"

/// Whom the child runs as. Mosquitto that is started as root changes its user itself, and that
/// clears the signal which ends it with its parent: so we change user before it starts.
namespace attune::embedded {

struct Account {
  bool change = false;  ///< we are root, and the child must not be
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
};

/// The user `mosquitto` (or `nobody`) when we are root, else ourselves.
[[nodiscard]] Account child_account();

/// Writes a file of that account with mode 0600, whole or not at all; durable: also over a power
/// cut.
enum class Durable : bool { no, yes };
[[nodiscard]] Status write_private(const std::string& path, const std::string& text,
                                   const Account& account, Durable durable = Durable::no);
/// Makes a folder of that account with mode 0700, with its parents.
[[nodiscard]] Status make_private_folder(const std::string& path, const Account& account);
/// Whether that account may pass through every folder above `path`: a temporary folder of root's
/// is closed to all others.
[[nodiscard]] bool may_reach(const std::string& path, const Account& account);
/// Empty when it cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);

}  // namespace attune::embedded
