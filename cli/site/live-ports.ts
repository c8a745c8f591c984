import { clock } from '#aws/clock.ts';
import { loadBalancers } from '#aws/load-balancers.ts';
import { secrets } from '#aws/secrets.ts';
import { siteMetrics } from '#aws/site-metrics.ts';
import { trafficLog } from '#aws/traffic-log.ts';
import { web } from '#aws/web.ts';
import { webAcls } from '#aws/web-acls.ts';
import { sleep } from '../account/sleep.ts';

/** What the commands over sites work with, against an account and the network. */
export const ports = { clock, loadBalancers, secrets, siteMetrics, sleep, trafficLog, web, webAcls };
