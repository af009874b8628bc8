#!/bin/sh
# Checks every proof from nothing, that none rests on an axiom, and that table.txt is what the model decides.
# Needs coqc 8.16 (Debian: apt install coq). With --update it renews table.txt.
set -eu
cd "$(dirname "$0")"
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
cp ./*.v _CoqProject "$built"

if grep -nE '\b(Admitted|admit|Axioms?|Parameters?|Conjecture|bypass_check)\b' ./*.v; then
	echo "proofs: something is taken without a proof" >&2
	exit 1
fi

for file in $(grep '\.v$' _CoqProject); do
	(cd "$built" && coqc -q -Q . Interlock "$file") >"$built/$file.out"
done

sed -nE 's/^ *Theorem ([a-z_]+).*/\1/p' ./*.v | sort >"$built/theorems"
sed -nE 's/^Print Assumptions ([a-z_]+)\.$/\1/p' Main.v | sort >"$built/listed"
diff "$built/theorems" "$built/listed" || {
	echo "proofs: Main.v doesn't list every theorem" >&2
	exit 1
}
theorems=$(wc -l <"$built/theorems")
if [ "$(grep -cx 'Closed under the global context' "$built/Main.v.out")" -ne "$theorems" ] ||
	[ "$(wc -l <"$built/Main.v.out")" -ne "$theorems" ]; then
	cat "$built/Main.v.out" >&2
	echo "proofs: a theorem rests on an axiom" >&2
	exit 1
fi

grep -o '"[^"]*"' "$built/Table.v.out" | tr -d '"' >"$built/table.txt"
if [ "${1-}" = --update ]; then
	cp "$built/table.txt" table.txt
fi
cmp table.txt "$built/table.txt" || {
	echo "proofs: table.txt is not what the model decides: run proofs/check.sh --update and see what changed" >&2
	exit 1
}
echo "proofs: $theorems theorems hold without axioms, and $(wc -l <table.txt) rows of cases agree"
