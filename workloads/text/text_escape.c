/*
 * text_escape.c - a text of any bytes on one line, and back.
 */
#include "workloads/text/text_escape.h"

#include <string.h>

#include "base/printable.h"

void hb_text_write_escaped(const char *text, FILE *out)
{
    const char *end = text + strlen(text);

    while (text < end) {
        size_t length = hb_utf8_length(text, end);
        char piece[8] = "", shown[HB_PRINTABLE_BYTES(4)];

        memcpy(piece, text, length > 0 ? length : 1);
        fputs(*text == '\\' ? "\\\\" : hb_printable(shown, sizeof shown, piece, ""), out);
        text += length > 0 ? length : 1;
    }
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

bool hb_text_unescape(char *text)
{
    char *out = text;

    while (*text != '\0') {
        int high, low;

        if (*text != '\\') {
            *out++ = *text++;
        } else if (text[1] == '\\') {
            *out++ = '\\';
            text += 2;
        } else {
            high = text[1] == 'x' ? hex_digit(text[2]) : -1;
            low = high >= 0 ? hex_digit(text[3]) : -1;
            if (low < 0 || high + low == 0)
                return false;
            *out++ = (char)(high << 4 | low);
            text += 4;
        }
    }
    *out = '\0';
    return true;
}
