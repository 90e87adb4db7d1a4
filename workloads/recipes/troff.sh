#!/bin/sh
# troff.sh - a text of some 60 pages set by GNU troff: macros, paragraphs broken into lines, hyphenation, a table of tabs.
#
# Usage: troff.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need troff groff-base

awk 'BEGIN {
    seed = 23
    for (section = 1; section <= 24; section++) {
        printf ".SH\n%d  On %s\n", section, word()
        for (p = 0; p < 5; p++) {
            print ".PP"
            for (line = 0; line < 8; line++) {
                text = ""
                for (w = 0; w < 9; w++)
                    text = text word() (w % 4 == 3 ? ", " : " ")
                print text (line % 5 == 4 ? "\\fIindeed\\fP " word() "." : "")
            }
        }
        print ".IP \\(bu 2\n" word() " and " word() "\n.IP \\(bu 2\n" word() "\\|\\*(" "lqquoted\\*(rq"
    }
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function word(   n, s) { n = random(9000) + 30; s = ""; do { s = s substr("renatisolumedacipo", n % 18 + 1, 1) substr("aeiou", n % 5 + 1, 1); n = int(n / 18) } while (n > 0); return s }
' >text.ms
cat > small.tmac <<'MACROS'
.ds lq ``
.ds rq ''
.de SH
.sp 1v
.ne 4
.ft B
..
.de PP
.ft R
.sp 0.4v
.ti +1m
..
.de IP
.sp 0.2v
.in \\$2m
.ti -\\$2m
\\$1
..
.de HD
'sp 3v
.tl 'Page'\\n%''
'sp 2v
..
.de FT
'bp
..
.wh 0 HD
.wh -6v FT
.hy 4
.ad b
.ll 5i
MACROS
record troff -Tutf8 small.tmac text.ms >pages
