#!/bin/sh
# xsltproc.sh - an XML document turned into a page of HTML: libxml2 builds a tree of many small nodes and a dictionary of
# their names, libxslt walks it with templates, keys and sorting, and both trees are torn down at the end.
#
# Usage: xsltproc.sh OUT.trace
# Takes: 3 s
. "$(dirname "$0")/common.sh"
need xsltproc xsltproc

awk 'BEGIN {
    seed = 17
    print "<library>"
    for (i = 0; i < 2500; i++) {
        printf "<book id=\"b%d\" year=\"%d\"><title>The %s of %s</title><author>%s</author><price>%d.%02d</price>", i, 1900 + random(120), word(), word(), word(), random(90), random(100)
        for (k = random(6); k >= 0; k--)
            printf "<chapter n=\"%d\" pages=\"%d\">%s <em>%s</em> &amp; %s</chapter>", k, random(60), word(), word(), word()
        print "</book>"
    }
    print "</library>"
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function word(   n, s) { n = random(3000); s = ""; do { s = s substr("etaoinshrdlu", n % 12 + 1, 1); n = int(n / 12) } while (n > 0); return s }
' >library.xml
cat > page.xsl <<'XSL'
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="html" indent="yes"/>
  <xsl:key name="by-year" match="book" use="@year"/>
  <xsl:template match="/library">
    <html><body>
      <h1><xsl:value-of select="count(book)"/> books</h1>
      <xsl:for-each select="book[generate-id() = generate-id(key('by-year', @year)[1])]">
        <xsl:sort select="@year" data-type="number" order="descending"/>
        <h2><xsl:value-of select="@year"/></h2>
        <table>
          <xsl:for-each select="key('by-year', @year)">
            <xsl:sort select="translate(title, 'abcdefghij', 'ABCDEFGHIJ')"/>
            <tr class="{concat('row', position() mod 2)}">
              <td><a name="{@id}"><xsl:value-of select="title"/></a></td>
              <td><xsl:apply-templates select="author"/></td>
              <td><xsl:value-of select="format-number(price * 1.19, '0.00')"/></td>
              <td><xsl:apply-templates select="chapter[@pages &gt; 10]"/></td>
            </tr>
          </xsl:for-each>
        </table>
      </xsl:for-each>
    </body></html>
  </xsl:template>
  <xsl:template match="author"><i><xsl:value-of select="."/></i></xsl:template>
  <xsl:template match="chapter"><span title="{@n}"><xsl:apply-templates/></span></xsl:template>
  <xsl:template match="em"><b><xsl:value-of select="concat(substring(., 1, 1), '-', .)"/></b></xsl:template>
</xsl:stylesheet>
XSL
record xsltproc -o page.html page.xsl library.xml
