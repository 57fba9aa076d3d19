#include "devices/dialects/cover_words.h"

namespace attune::devices {

const WordPairs& cover_open_words() {
  static const WordPairs kWords = {
      {"open", "true"}, {"closed", "false"}, {"opening", ""}, {"closing", ""}, {"stopped", ""}};
  return kWords;
}

const WordPairs& cover_movement_words() {
  static const WordPairs kWords = {{"open", "stopped"},
                                   {"closed", "stopped"},
                                   {"stopped", "stopped"},
                                   {"opening", "opening"},
                                   {"closing", "closing"}};
  return kWords;
}

}  // namespace attune::devices
