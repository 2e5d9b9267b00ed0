export { boot, prepareBoot } from './boot.js';
export type { ConsoleScript } from './console.js';
export { type BootEvidence, type Diagnosis, diagnose } from './diagnosis/diagnose.js';
export { type Check, examine } from './diagnosis/doctor.js';
export type { FailureRule } from './diagnosis/rules.js';
export type { UndefinedInstruction } from './diagnosis/undefined.js';
export { BootError, type BootErrorCode, isBootError } from './error.js';
export { Ipsw, type IpswChoice, type IpswComponent, type IpswFile } from './ipsw/ipsw.js';
export { httpSource, memorySource, type RandomAccess } from './ipsw/source.js';
export { ZipArchive, type ZipFile } from './ipsw/zip.js';
export type { GuestMachine } from './machines/guest.js';
export { Monitor, type MonitorFiles } from './monitor/monitor.js';
export type { MonitorCpu, MonitorTarget } from './monitor/target.js';
export { encodePng, type Picture } from './png.js';
export type { RamDiskEntry } from './ramdisk/entries.js';
export { buildHfsImage, type HfsOptions } from './ramdisk/hfs.js';
export { type EditedImage, editHfsImage, type HfsEdits } from './ramdisk/hfs-edit.js';
export { buildUstarImage } from './ramdisk/ustar.js';
export { findRecipe, RECIPES } from './recipes/index.js';
export type {
  LoadedFile,
  PreparedBoot,
  Recipe,
  RecipeInput,
  RecipeOption,
  RecipeOptions,
} from './recipes/recipe.js';
export { type SampleImages, sampleImages } from './recipes/sample-images.js';
export { type BootReason, type BootResult, BootSession, type RunOptions } from './session.js';
export {
  BOOT_ARGS_LAYOUTS,
  type BootArgs,
  type BootVideo,
  type CommandLineSize,
  decodeBootArgs,
  encodeBootArgs,
} from './xnu/boot-args.js';
export {
  type DeviceTreeEdit,
  type DeviceTreeFacts,
  fillMemoryMap,
  type PreparedDeviceTree,
  prepareDeviceTree,
} from './xnu/device-tree.js';
export { checkKernel, checkTree, type KernelSignature } from './xnu/integrity.js';
export { type KernelImage, type LoadedSegment, openKernel } from './xnu/kernel.js';
export { type AppliedPatch, patchSet } from './xnu/patches.js';
export { type KernelSegment, type Placement, type PlacementInput, place, type Region } from './xnu/placement.js';
export { loadXnu, planToJson, planToText, planXnu, type XnuInputs, type XnuPlan } from './xnu/plan.js';
export { entryStub } from './xnu/stub.js';
export { checkTrustCache, wrapTrustCache } from './xnu/trust-cache.js';
export { darwinVersion } from './xnu/version.js';
export { type VirtXnuTreeOptions, virtXnuTree, type XnuTreeBoard } from './xnu/virt-tree.js';
