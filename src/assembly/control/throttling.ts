import type { BandwidthRule } from '../../model/bandwidth-rule.js';
import type { CpuSettings } from '../../model/cpu-settings.js';
import type { BwRule } from '../../rpc/generated/control/datamover/v1/BwRule.js';
import type { CreateBwRuleRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateBwRuleRequest.js';
import type { ModifyBwRuleRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyBwRuleRequest.js';
import type { ModifyThrottlingSettingsRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyThrottlingSettingsRequest.js';
import type { Ref__Output } from '../../rpc/generated/control/datamover/v1/Ref.js';
import type { ThrottlingSettings } from '../../rpc/generated/control/datamover/v1/ThrottlingSettings.js';
import type { ThrottlingStore } from '../throttling-store.js';

/** The throttling commands of the control service. */
export function throttlingHandlers({ throttling }: { throttling: ThrottlingStore }) {
  return {
    createBwRule: async (request: CreateBwRuleRequest__Output) => {
      const { netmask, bw_limit, window } = request;
      const { id } = await throttling.create({ netmask, bwLimit: bw_limit, window });
      return { id: String(id) };
    },
    listBwRules: async () => ({ rules: throttling.rules.map(ruleView) }),
    getBwRule: async ({ ref }: Ref__Output) => ruleView(throttling.get(ref)),
    modifyBwRule: async ({ ref, bw_limit, window }: ModifyBwRuleRequest__Output) =>
      ruleView(
        await throttling.modify(ref, {
          ...(bw_limit !== undefined && { bwLimit: bw_limit }),
          ...(window !== undefined && { window }),
        }),
      ),
    deleteBwRule: async ({ ref }: Ref__Output) => {
      await throttling.delete(ref);
      return {};
    },
    getThrottlingSettings: async () => settingsView(throttling.cpu),
    modifyThrottlingSettings: async (request: ModifyThrottlingSettingsRequest__Output) => {
      const { allowed_cpu_threshold: allowed, system_cpu_load_threshold: system } = request;
      return settingsView(
        await throttling.modifyCpu({
          ...(allowed !== undefined && { allowedCpuThreshold: allowed }),
          ...(system !== undefined && { systemCpuLoadThreshold: system }),
        }),
      );
    },
  };
}

function ruleView({ id, netmask, bwLimit, window }: BandwidthRule): BwRule {
  return { id, rule_type: 'NETMASK', netmask, bw_limit: bwLimit, window };
}

function settingsView(cpu: CpuSettings): ThrottlingSettings {
  return {
    allowed_cpu_threshold: cpu.allowedCpuThreshold,
    system_cpu_load_threshold: cpu.systemCpuLoadThreshold,
  };
}
