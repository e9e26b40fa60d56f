# The bash completion of a program, made from its --help:
#   mnist-predict --help | awk -v program=mnist-predict -f completion.awk
# Every option is offered; after an option, the words that its help lists in braces, folders for a
# DIR, files for what may be a path, nothing for numbers and free text.
/^ +-/ {
  count = split($1, names, ",")
  for (i = 1; i <= count; ++i) options = options " " names[i]
  if ($2 !~ /^(TEXT|INT|UINT|FLOAT|FILE|DIR|RUN|PATH|KEY=VALUE|FILE\|RUN)/) next  # takes no value
  pattern = names[1]
  for (i = 2; i <= count; ++i) pattern = pattern "|" names[i]
  if (match($0, /\{[^}]*\}/)) {
    words = substr($0, RSTART + 1, RLENGTH - 2)
    gsub(",", " ", words)
    answer = "_words '" words "'"
  } else if ($2 ~ /^(DIR|RUN)/) {
    answer = "_folders"
  } else if ($2 ~ /^(FILE|PATH)/) {
    answer = "_files"
  } else {
    answer = ":"
  }
  cases = cases "    " pattern ") " answer " ;;\n"
}
/^ +[a-z]+ PATH/ { positional = 1 }
END {
  name = program
  gsub("-", "_", name)
  gsub("_words", "_" name "_words", cases)
  gsub("_folders", "compopt -o dirnames", cases)
  gsub("_files", "compopt -o default", cases)
  rest = positional ? "compopt -o default" : ":"
  print "# bash completion for " program ", made from its --help"
  print "_" name "_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\"); }"
  print "_" name "() {"
  print "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}"
  print "  # bash takes --option=value apart at the equals sign."
  print "  [[ $current == \"=\" ]] && current="
  print "  [[ $previous == \"=\" && COMP_CWORD -gt 1 ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}"
  print "  COMPREPLY=()"
  print "  case $previous in"
  printf "%s", cases
  print "    *)"
  print "      if [[ $current == -* ]]; then"
  print "        _" name "_words '" substr(options, 2) "'"
  print "      else"
  print "        " rest
  print "      fi"
  print "      ;;"
  print "  esac"
  print "}"
  print "complete -F _" name " " program
}
