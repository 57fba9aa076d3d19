# Writes the files of a folder into a C++ source: cmake -D FOLDER=.. -D OUT=.. -P embed.cmake
# The pieces of a text stay below the 64 KiB that a compiler must take in one literal.
file(GLOB paths RELATIVE ${FOLDER} ${FOLDER}/attune.yaml ${FOLDER}/devices.d/*.yaml
     ${FOLDER}/rules.d/*.yaml)
list(SORT paths)
list(LENGTH paths count)
set(body "")
foreach(path ${paths})
  file(READ ${FOLDER}/${path} text)
  set(literals "")
  string(LENGTH "${text}" length)
  set(from 0)
  while(from LESS length)
    string(SUBSTRING "${text}" ${from} 8000 piece)
    string(APPEND literals "\n     R\"attune_file(${piece})attune_file\"")
    math(EXPR from "${from} + 8000")
  endwhile()
  string(APPEND body "    {\"${path}\",${literals}},\n")
endforeach()
file(WRITE ${OUT}.new "// Generated from examples/home by broker/shell/demo/embed.cmake.
#include \"broker/shell/demo/files.h\"

namespace attune::demo {
namespace {
constexpr EmbeddedFile kFiles[] = {
${body}};
}  // namespace

std::span<const EmbeddedFile> example_files() { return kFiles; }

}  // namespace attune::demo
")
file(RENAME ${OUT}.new ${OUT})
