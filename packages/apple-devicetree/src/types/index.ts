/** Types for {@link DeviceTreeNode.read} and {@link DeviceTreeNode.write}, where the table does not say. */
export { ranges, reg } from './cells.js';
export { functionCall } from './function.js';
export { type Fields, type FieldType, type RecordOf, type RecordType, records } from './record.js';
export {
  dapf52,
  dapf55,
  dapf56,
  gpuPerfStates,
  memoryRanges,
  pmapIoRanges,
  pmgrClocks,
  pmgrDevices,
  pmgrEvents,
  pmgrPerfRegisters,
  pmgrPowerDomains,
  pmgrPowerDomains20,
  pmgrPowerGateRegisters,
  pmgrPsRegisters,
  speakerConfigs,
  tunables,
  wakeSources,
} from './records.js';
export { flag, hex, list, one, type ScalarName, string, strings, text } from './scalars.js';
