# Writes OUTPUT, a source file that defines FUNCTION (a qualified name declared in HEADER) to give the texts of FILES, in
# their order, as raw strings.
string(REGEX REPLACE "::[^:]*$" "" namespace "${FUNCTION}")
string(REGEX REPLACE "^.*::" "" function "${FUNCTION}")
set(source "// Made by embed_texts.cmake; do not edit.\n#include \"${HEADER}\"\n\nnamespace ${namespace} {\n\n")
string(APPEND source "std::span<const std::string_view> ${function}() {\n  static constexpr std::string_view kTexts[] = {\n")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  string(APPEND source "    R\"haki_text(${text})haki_text\",\n")
endforeach()
string(APPEND source "  };\n  return kTexts;\n}\n\n}  // namespace ${namespace}\n")
file(WRITE "${OUTPUT}" "${source}")
