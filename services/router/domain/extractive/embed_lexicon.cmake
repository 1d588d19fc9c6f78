# Writes OUTPUT, a source file whose FUNCTION returns every cue file of FILES (separated by ",").
string(REPLACE "," ";" FILES "${FILES}")
set(code "#include \"services/router/domain/extractive/language/embedded_lexicon.h\"\n\n")
string(APPEND code "namespace throughline::router::extractive {\n\n")
string(APPEND code "std::vector<Lexicon::File> ${FUNCTION}() {\n  return {\n")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  get_filename_component(name "${file}" NAME)
  # A string literal may be at most 64 KiB by the standard's minimum; cue files stay far below.
  string(APPEND code "      {\"${name}\", R\"cues(${text})cues\"},\n")
endforeach()
string(APPEND code "  };\n}\n\n}  // namespace throughline::router::extractive\n")
file(WRITE "${OUTPUT}" "${code}")
