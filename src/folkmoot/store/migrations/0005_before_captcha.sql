-- Riddles that were answered, rightly or not: each counts once. What a riddle asks is not kept, it follows from its number.
CREATE TABLE spent_captcha (
    uuid TEXT NOT NULL PRIMARY KEY,
    published {micros} NOT NULL
);
CREATE INDEX spent_captcha_by_age ON spent_captcha (published);
