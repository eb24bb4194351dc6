import { createEngine } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import { basicCases } from "./control-suite/basic-cases.ts";
import { CACHE_SCRIPTS } from "./control-suite/cache-scripts.ts";
import { LIMITER_SCRIPTS } from "./control-suite/limiter-scripts.ts";
import { MIXED_SCRIPT } from "./control-suite/mixed-script.ts";
import type { ControlOpener } from "./control-suite/open-control.ts";
import { Player } from "./control-suite/player.ts";
import { QUEUE_SCRIPTS } from "./control-suite/queue-scripts.ts";
import type { Script } from "./control-suite/script.ts";
import { SHARE_SCRIPTS } from "./control-suite/share-scripts.ts";

export type { ControlOpener, OpenControl } from "./control-suite/open-control.ts";

const SCRIPTS: readonly Script[] = [
  ...LIMITER_SCRIPTS,
  ...QUEUE_SCRIPTS,
  ...SHARE_SCRIPTS,
  ...CACHE_SCRIPTS,
  MIXED_SCRIPT,
];

/**
 * What every control must do: give the answers that the engine behind it gives, whether it is that engine or a client of
 * an agent that serves it. Each script is played to an engine in the process, too, and both must have been heard to say
 * the same. Time stands still but for what a script lets pass.
 */
export function controlSuite(name: string, open: ControlOpener): void {
  describe(`control: ${name}`, () => {
    basicCases(open);

    for (const script of SCRIPTS) {
      it(script.title, async () => {
        const expected = await heard(script, openEngine);
        expect(await heard(script, open)).to.deep.equal(expected);
      });
    }
  });
}

const openEngine: ControlOpener = async (options) => {
  const control = await createEngine(options);
  return { control, release: () => control.close() };
};

async function heard({ policies, engine, play }: Script, open: ControlOpener): Promise<readonly object[]> {
  const clock = new FakeClock(1_700_000_000_000);
  const { control, release } = await open({ ...engine, policies: { yaml: policies }, clock });
  try {
    const player = new Player(control, clock);
    await play(player);
    return player.heard;
  } finally {
    await control.close();
    await release();
  }
}
