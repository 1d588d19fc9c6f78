# Writes OUTPUT, a source file that carries INPUT as DefaultConfigYaml().
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"services/router/config.h\"

namespace throughline::router {

absl::string_view DefaultConfigYaml() {
  return R\"yaml(${text})yaml\";
}

}  // namespace throughline::router
")
