#!/bin/sh
# sqlite3.sh - a database in memory: tables filled, indexed, updated, and asked by joins and groups.
#
# Usage: sqlite3.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need sqlite3 sqlite3

cat > work.sql <<'SQL'
CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE item(id INTEGER PRIMARY KEY, customer INTEGER, price REAL, note TEXT);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
INSERT INTO customer SELECT i, 'customer ' || (i * 7919 % 1000), substr('ParisTokyoDelhiCairoLagos', 1 + (i % 5) * 5, 5) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
INSERT INTO item SELECT i, 1 + i * 31 % 800, (i * 37 % 10007) / 100.0, hex(zeroblob(i * 13 % 60)) FROM n;
COMMIT;
CREATE INDEX item_customer ON item(customer);
CREATE INDEX item_price ON item(price, note);
SELECT city, count(*), round(sum(price), 2) FROM customer JOIN item ON item.customer = customer.id GROUP BY city;
SELECT name, group_concat(item.id, ' ') FROM customer JOIN item ON item.customer = customer.id
 WHERE price < 5 GROUP BY name ORDER BY count(*) DESC, name LIMIT 20;
UPDATE item SET note = note || ' checked' WHERE price BETWEEN 20 AND 40;
SELECT count(*) FROM item WHERE note LIKE '%00 checked';
DELETE FROM item WHERE customer % 7 = 0;
SELECT avg(length(note)), max(price) FROM item WHERE price > (SELECT avg(price) FROM item);
SQL
# Statements of their own, as an application sends them.
awk 'BEGIN {
    for (i = 1; i <= 1500; i++) {
        printf "INSERT INTO item VALUES(%d, %d, %d.5, %c%d %s%c);\n", 20000 + i, i % 800, i % 90, 39, i, substr("abcdefghijklmnopqrstuvwxyz", 1, i % 26), 39
        if (i % 3 == 0)
            printf "SELECT name, price FROM customer JOIN item ON customer.id = item.customer WHERE item.id = %d;\n", 20000 + i - 2
    }
}' >> work.sql
touch=--touch
record sqlite3 :memory: '.read work.sql' >answers
