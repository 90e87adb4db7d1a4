#!/bin/sh
# tidy.sh - a page of HTML as people write it, with tags that were never closed, parsed, mended and printed by HTML Tidy.
#
# Usage: tidy.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need tidy tidy

awk 'BEGIN {
    seed = 77
    print "<title>A page</title><style>p { color: red }</style>"
    for (i = 0; i < 180; i++) {
        printf "<h%d id=h%d>%s <em>%s</em></h%d><p class=\"c%d\" align=center>", level = 1 + random(5), i, word(), word(), level, random(20)
        for (k = random(8); k >= 0; k--)
            printf "%s <b>%s <i>%s</i></b> &amp; <a href=\"/%s?q=%d&x\" %s>%s</a> &eacute; ", word(), word(), word(), word(), random(99), random(3) ? "title=it" : "", word()
        if (random(3) == 0)
            printf "<ul><li>%s<li><font color=blue>%s</ul><table><tr><td>%s<td>%s</table><img src=x.png>", word(), word(), word(), word()
        print "<br><!-- " word() " -->"
    }
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function word(   n, s) { n = random(5000); s = ""; do { s = s substr("etaoinshrdlu", n % 12 + 1, 1); n = int(n / 12) } while (n > 0); return s }
' >page.html
record tidy -quiet -asxhtml -indent -clean --force-output yes --show-warnings no -output clean.html page.html || [ $? -le 2 ]
