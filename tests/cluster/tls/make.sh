#!/bin/sh
# Makes the certificates of the tests anew, in the folder of this script.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

# file, subject, extensions, signing authority (itself: self-signed), first and last day, key
signed() {
  openssl req -new -key "$7" -subj "$2" -out "$work/$1.csr"
  printf '%s\n' "$3" >"$work/$1.ext"
  : >"$work/index"
  printf '[ca]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' \
    "$work/index" "$work" >"$work/ca.cnf"
  by="-cert $4.pem"
  if [ "$1" = "$4" ]; then by=-selfsign; fi
  openssl ca -batch -notext -config "$work/ca.cnf" -name ca $by -keyfile "$work/$4.key" -in "$work/$1.csr" \
    -extfile "$work/$1.ext" -startdate "$5" -enddate "$6" -out "$1.pem" 2>/dev/null
}

START=20200101000000Z END=21260101000000Z
for name in ca other-ca intermediate; do key "$work/$name.key"; done
key server.key
key client.key
signed ca "/CN=tests CA" "basicConstraints=critical,CA:true" ca $START $END "$work/ca.key"
signed other-ca "/CN=another CA" "basicConstraints=critical,CA:true" other-ca $START $END "$work/other-ca.key"
signed intermediate "/CN=tests intermediate" "basicConstraints=critical,CA:true" ca $START $END "$work/intermediate.key"
signed local "/CN=local" "subjectAltName=IP:127.0.0.1,DNS:localhost" ca $START $END server.key
signed named "/CN=named" "subjectAltName=DNS:api.test" ca $START $END server.key
signed expired "/CN=expired" "subjectAltName=IP:127.0.0.1" ca 20000101000000Z 20010101000000Z server.key
signed leaf "/CN=leaf" "subjectAltName=IP:127.0.0.1" intermediate $START $END server.key
signed client "/CN=anna" "extendedKeyUsage=clientAuth" ca $START $END client.key
chmod 644 ./*.key
