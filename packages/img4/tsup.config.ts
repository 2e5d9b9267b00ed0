import { packageBuild } from '../../tooling/tsup.js';

export default packageBuild(['src/index.ts', 'src/node.ts', 'src/cli.ts']);
