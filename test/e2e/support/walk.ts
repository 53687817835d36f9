/** What every walk does: keep an eye on the page, look at it in both themes, sign in and out. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';

const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots');
const SETTLE_MS = 300;

/** Errors that the page itself reported: a screen that works has none. */
export function watchForErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // The browser reports every refusal by status; the walk provokes some on purpose.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  return errors;
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function seriousFindings(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}

/** A picture of the page as it is. */
export async function photograph(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/** What the scans of this walk found, for one assertion that names everything at once. */
export const findings: string[] = [];

/**
 * A screenshot and an accessibility scan in both themes. The themes share one document, so the dark one is
 * scanned for contrast and the light one for everything.
 */
export async function lookAt(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(SETTLE_MS);
    await photograph(page, `${name}-${colorScheme}`);
    const axe = new AxeBuilder({ page });
    const scan = colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe.withTags(WCAG);
    for (const finding of await seriousFindings(scan))
      findings.push(`${name}, ${colorScheme}: ${finding}`);
  }
}

/** Signs in with a fresh session. */
export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Drift monitor' }).waitFor();
}

export async function signOut(page: Page): Promise<void> {
  await page.locator('header .ek-user').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('User name').waitFor();
}

/** A data row of the grid with that name, by its place on the screen. */
export function gridRow(page: Page, grid: string, index: number): Locator {
  return page
    .getByRole('region', { name: grid })
    .locator(`.ag-row[row-index="${String(index)}"]`)
    .first();
}

/** The text of one cell. */
export async function cellText(row: Locator, columnId: string): Promise<string> {
  return (await row.locator(`[col-id="${columnId}"]`).innerText()).trim();
}

/** What the grid says about its rows, for example `37 accounts · 2 selected`. */
export function gridCount(page: Page, grid: string): Locator {
  return page.getByRole('region', { name: grid }).locator('.ek-grid-count');
}

/** The first whole number in a text. */
export function numberIn(text: string): number {
  return Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? 'NaN');
}
