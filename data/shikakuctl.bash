# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion of shikakuctl. The program itself knows its verbs, their options and what those take: it is asked.

_shikakuctl ()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb= word

  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    if [[ $word != -* ]]; then
      verb=$word
      break
    fi
  done
  if [[ -z $verb ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(shikakuctl --list-verbs 2> /dev/null) --help --version --json" -- "$current")
    return
  fi
  case $previous in
    --reader)
      mapfile -t COMPREPLY < <(compgen -W "$(shikakuctl readers --json 2> /dev/null \
        | grep -oE 'reader/[0-9]+' | grep -oE '[0-9]+$')" -- "$current") ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W "$(shikakuctl --list-options "$verb" --after="$previous" 2> /dev/null)" \
        -- "$current") ;;
  esac
}

complete -F _shikakuctl shikakuctl
