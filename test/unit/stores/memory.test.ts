import { MemoryStore } from '../../../lib/stores/memory.ts';
import { storeContract } from '../../contract/store.ts';

storeContract('the store in memory', {
  open: async (options) => new MemoryStore(options),
  share: async (store) => store,
});
