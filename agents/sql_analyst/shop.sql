-- The tables of shop.db: sqlite3 shop.db < shop.sql
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL);
CREATE TABLE articles (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, price REAL NOT NULL);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  article_id INTEGER NOT NULL REFERENCES articles (id),
  pieces INTEGER NOT NULL,
  day TEXT NOT NULL
);
INSERT INTO customers VALUES (1, 'Ann', 'Oslo'), (2, 'Bob', 'Rome'), (3, 'Cleo', 'Oslo'), (4, 'Dag', 'Bergen');
INSERT INTO articles VALUES (1, 'boots', 'shoe', 120.0), (2, 'sandals', 'shoe', 45.5), (3, 'laces', 'part', 3.0);
INSERT INTO orders VALUES
  (1, 1, 1, 1, '2026-01-05'), (2, 2, 2, 2, '2026-01-09'), (3, 1, 3, 4, '2026-02-11'),
  (4, 3, 2, 1, '2026-02-20'), (5, 2, 1, 1, '2026-03-02'), (6, 3, 3, 2, '2026-03-15');
