import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Account as _datamover_v1_Account, Account__Output as _datamover_v1_Account__Output } from './datamover/v1/Account.js';
import type { AccountList as _datamover_v1_AccountList, AccountList__Output as _datamover_v1_AccountList__Output } from './datamover/v1/AccountList.js';
import type { AgentInfo as _datamover_v1_AgentInfo, AgentInfo__Output as _datamover_v1_AgentInfo__Output } from './datamover/v1/AgentInfo.js';
import type { BackupKey as _datamover_v1_BackupKey, BackupKey__Output as _datamover_v1_BackupKey__Output } from './datamover/v1/BackupKey.js';
import type { BackupKeyList as _datamover_v1_BackupKeyList, BackupKeyList__Output as _datamover_v1_BackupKeyList__Output } from './datamover/v1/BackupKeyList.js';
import type { BasePolicy as _datamover_v1_BasePolicy, BasePolicy__Output as _datamover_v1_BasePolicy__Output } from './datamover/v1/BasePolicy.js';
import type { BasePolicyList as _datamover_v1_BasePolicyList, BasePolicyList__Output as _datamover_v1_BasePolicyList__Output } from './datamover/v1/BasePolicyList.js';
import type { BrowseEntry as _datamover_v1_BrowseEntry, BrowseEntry__Output as _datamover_v1_BrowseEntry__Output } from './datamover/v1/BrowseEntry.js';
import type { BrowseRequest as _datamover_v1_BrowseRequest, BrowseRequest__Output as _datamover_v1_BrowseRequest__Output } from './datamover/v1/BrowseRequest.js';
import type { BwRule as _datamover_v1_BwRule, BwRule__Output as _datamover_v1_BwRule__Output } from './datamover/v1/BwRule.js';
import type { BwRuleList as _datamover_v1_BwRuleList, BwRuleList__Output as _datamover_v1_BwRuleList__Output } from './datamover/v1/BwRuleList.js';
import type { Certificate as _datamover_v1_Certificate, Certificate__Output as _datamover_v1_Certificate__Output } from './datamover/v1/Certificate.js';
import type { CertificateList as _datamover_v1_CertificateList, CertificateList__Output as _datamover_v1_CertificateList__Output } from './datamover/v1/CertificateList.js';
import type { CertificateRef as _datamover_v1_CertificateRef, CertificateRef__Output as _datamover_v1_CertificateRef__Output } from './datamover/v1/CertificateRef.js';
import type { CertificateSettings as _datamover_v1_CertificateSettings, CertificateSettings__Output as _datamover_v1_CertificateSettings__Output } from './datamover/v1/CertificateSettings.js';
import type { ChildJobs as _datamover_v1_ChildJobs, ChildJobs__Output as _datamover_v1_ChildJobs__Output } from './datamover/v1/ChildJobs.js';
import type { ControlClient as _datamover_v1_ControlClient, ControlDefinition as _datamover_v1_ControlDefinition } from './datamover/v1/Control.js';
import type { CopyPolicy as _datamover_v1_CopyPolicy, CopyPolicy__Output as _datamover_v1_CopyPolicy__Output } from './datamover/v1/CopyPolicy.js';
import type { CreateAccountRequest as _datamover_v1_CreateAccountRequest, CreateAccountRequest__Output as _datamover_v1_CreateAccountRequest__Output } from './datamover/v1/CreateAccountRequest.js';
import type { CreateBwRuleRequest as _datamover_v1_CreateBwRuleRequest, CreateBwRuleRequest__Output as _datamover_v1_CreateBwRuleRequest__Output } from './datamover/v1/CreateBwRuleRequest.js';
import type { CreateCaCertificateRequest as _datamover_v1_CreateCaCertificateRequest, CreateCaCertificateRequest__Output as _datamover_v1_CreateCaCertificateRequest__Output } from './datamover/v1/CreateCaCertificateRequest.js';
import type { CreateCrlRequest as _datamover_v1_CreateCrlRequest, CreateCrlRequest__Output as _datamover_v1_CreateCrlRequest__Output } from './datamover/v1/CreateCrlRequest.js';
import type { CreateGrantRequest as _datamover_v1_CreateGrantRequest, CreateGrantRequest__Output as _datamover_v1_CreateGrantRequest__Output } from './datamover/v1/CreateGrantRequest.js';
import type { CreateIdentityCertificateRequest as _datamover_v1_CreateIdentityCertificateRequest, CreateIdentityCertificateRequest__Output as _datamover_v1_CreateIdentityCertificateRequest__Output } from './datamover/v1/CreateIdentityCertificateRequest.js';
import type { CreatePolicyRequest as _datamover_v1_CreatePolicyRequest, CreatePolicyRequest__Output as _datamover_v1_CreatePolicyRequest__Output } from './datamover/v1/CreatePolicyRequest.js';
import type { Created as _datamover_v1_Created, Created__Output as _datamover_v1_Created__Output } from './datamover/v1/Created.js';
import type { CreationPolicy as _datamover_v1_CreationPolicy, CreationPolicy__Output as _datamover_v1_CreationPolicy__Output } from './datamover/v1/CreationPolicy.js';
import type { Crl as _datamover_v1_Crl, Crl__Output as _datamover_v1_Crl__Output } from './datamover/v1/Crl.js';
import type { CrlList as _datamover_v1_CrlList, CrlList__Output as _datamover_v1_CrlList__Output } from './datamover/v1/CrlList.js';
import type { DatasetCopyPolicyBase as _datamover_v1_DatasetCopyPolicyBase, DatasetCopyPolicyBase__Output as _datamover_v1_DatasetCopyPolicyBase__Output } from './datamover/v1/DatasetCopyPolicyBase.js';
import type { DatasetPage as _datamover_v1_DatasetPage, DatasetPage__Output as _datamover_v1_DatasetPage__Output } from './datamover/v1/DatasetPage.js';
import type { DatasetQuery as _datamover_v1_DatasetQuery, DatasetQuery__Output as _datamover_v1_DatasetQuery__Output } from './datamover/v1/DatasetQuery.js';
import type { DatasetView as _datamover_v1_DatasetView, DatasetView__Output as _datamover_v1_DatasetView__Output } from './datamover/v1/DatasetView.js';
import type { DatasetWarningView as _datamover_v1_DatasetWarningView, DatasetWarningView__Output as _datamover_v1_DatasetWarningView__Output } from './datamover/v1/DatasetWarningView.js';
import type { DeletedJobs as _datamover_v1_DeletedJobs, DeletedJobs__Output as _datamover_v1_DeletedJobs__Output } from './datamover/v1/DeletedJobs.js';
import type { Empty as _datamover_v1_Empty, Empty__Output as _datamover_v1_Empty__Output } from './datamover/v1/Empty.js';
import type { EntryStat as _datamover_v1_EntryStat, EntryStat__Output as _datamover_v1_EntryStat__Output } from './datamover/v1/EntryStat.js';
import type { ExpirationPolicy as _datamover_v1_ExpirationPolicy, ExpirationPolicy__Output as _datamover_v1_ExpirationPolicy__Output } from './datamover/v1/ExpirationPolicy.js';
import type { ExpiredDataset as _datamover_v1_ExpiredDataset, ExpiredDataset__Output as _datamover_v1_ExpiredDataset__Output } from './datamover/v1/ExpiredDataset.js';
import type { ExportStateRequest as _datamover_v1_ExportStateRequest, ExportStateRequest__Output as _datamover_v1_ExportStateRequest__Output } from './datamover/v1/ExportStateRequest.js';
import type { FailedEntry as _datamover_v1_FailedEntry, FailedEntry__Output as _datamover_v1_FailedEntry__Output } from './datamover/v1/FailedEntry.js';
import type { FileChunk as _datamover_v1_FileChunk, FileChunk__Output as _datamover_v1_FileChunk__Output } from './datamover/v1/FileChunk.js';
import type { Grant as _datamover_v1_Grant, Grant__Output as _datamover_v1_Grant__Output } from './datamover/v1/Grant.js';
import type { GrantList as _datamover_v1_GrantList, GrantList__Output as _datamover_v1_GrantList__Output } from './datamover/v1/GrantList.js';
import type { Job as _datamover_v1_Job, Job__Output as _datamover_v1_Job__Output } from './datamover/v1/Job.js';
import type { JobExpiration as _datamover_v1_JobExpiration, JobExpiration__Output as _datamover_v1_JobExpiration__Output } from './datamover/v1/JobExpiration.js';
import type { JobHistoryQuery as _datamover_v1_JobHistoryQuery, JobHistoryQuery__Output as _datamover_v1_JobHistoryQuery__Output } from './datamover/v1/JobHistoryQuery.js';
import type { JobList as _datamover_v1_JobList, JobList__Output as _datamover_v1_JobList__Output } from './datamover/v1/JobList.js';
import type { JobProgress as _datamover_v1_JobProgress, JobProgress__Output as _datamover_v1_JobProgress__Output } from './datamover/v1/JobProgress.js';
import type { JobQuery as _datamover_v1_JobQuery, JobQuery__Output as _datamover_v1_JobQuery__Output } from './datamover/v1/JobQuery.js';
import type { JobRef as _datamover_v1_JobRef, JobRef__Output as _datamover_v1_JobRef__Output } from './datamover/v1/JobRef.js';
import type { JobRetry as _datamover_v1_JobRetry, JobRetry__Output as _datamover_v1_JobRetry__Output } from './datamover/v1/JobRetry.js';
import type { JobStatistics as _datamover_v1_JobStatistics, JobStatistics__Output as _datamover_v1_JobStatistics__Output } from './datamover/v1/JobStatistics.js';
import type { JobWarning as _datamover_v1_JobWarning, JobWarning__Output as _datamover_v1_JobWarning__Output } from './datamover/v1/JobWarning.js';
import type { LastJob as _datamover_v1_LastJob, LastJob__Output as _datamover_v1_LastJob__Output } from './datamover/v1/LastJob.js';
import type { ListDatasetsQuery as _datamover_v1_ListDatasetsQuery, ListDatasetsQuery__Output as _datamover_v1_ListDatasetsQuery__Output } from './datamover/v1/ListDatasetsQuery.js';
import type { ListingWarning as _datamover_v1_ListingWarning, ListingWarning__Output as _datamover_v1_ListingWarning__Output } from './datamover/v1/ListingWarning.js';
import type { LockedDataset as _datamover_v1_LockedDataset, LockedDataset__Output as _datamover_v1_LockedDataset__Output } from './datamover/v1/LockedDataset.js';
import type { ModifyAccountRequest as _datamover_v1_ModifyAccountRequest, ModifyAccountRequest__Output as _datamover_v1_ModifyAccountRequest__Output } from './datamover/v1/ModifyAccountRequest.js';
import type { ModifyBasePolicyRequest as _datamover_v1_ModifyBasePolicyRequest, ModifyBasePolicyRequest__Output as _datamover_v1_ModifyBasePolicyRequest__Output } from './datamover/v1/ModifyBasePolicyRequest.js';
import type { ModifyBwRuleRequest as _datamover_v1_ModifyBwRuleRequest, ModifyBwRuleRequest__Output as _datamover_v1_ModifyBwRuleRequest__Output } from './datamover/v1/ModifyBwRuleRequest.js';
import type { ModifyCertificateRequest as _datamover_v1_ModifyCertificateRequest, ModifyCertificateRequest__Output as _datamover_v1_ModifyCertificateRequest__Output } from './datamover/v1/ModifyCertificateRequest.js';
import type { ModifyCertificateSettingsRequest as _datamover_v1_ModifyCertificateSettingsRequest, ModifyCertificateSettingsRequest__Output as _datamover_v1_ModifyCertificateSettingsRequest__Output } from './datamover/v1/ModifyCertificateSettingsRequest.js';
import type { ModifyJobRequest as _datamover_v1_ModifyJobRequest, ModifyJobRequest__Output as _datamover_v1_ModifyJobRequest__Output } from './datamover/v1/ModifyJobRequest.js';
import type { ModifyPolicyRequest as _datamover_v1_ModifyPolicyRequest, ModifyPolicyRequest__Output as _datamover_v1_ModifyPolicyRequest__Output } from './datamover/v1/ModifyPolicyRequest.js';
import type { ModifyThrottlingSettingsRequest as _datamover_v1_ModifyThrottlingSettingsRequest, ModifyThrottlingSettingsRequest__Output as _datamover_v1_ModifyThrottlingSettingsRequest__Output } from './datamover/v1/ModifyThrottlingSettingsRequest.js';
import type { ObjectAccountOptions as _datamover_v1_ObjectAccountOptions, ObjectAccountOptions__Output as _datamover_v1_ObjectAccountOptions__Output } from './datamover/v1/ObjectAccountOptions.js';
import type { ObjectAccountView as _datamover_v1_ObjectAccountView, ObjectAccountView__Output as _datamover_v1_ObjectAccountView__Output } from './datamover/v1/ObjectAccountView.js';
import type { ParentGfid as _datamover_v1_ParentGfid, ParentGfid__Output as _datamover_v1_ParentGfid__Output } from './datamover/v1/ParentGfid.js';
import type { PeerAccessView as _datamover_v1_PeerAccessView, PeerAccessView__Output as _datamover_v1_PeerAccessView__Output } from './datamover/v1/PeerAccessView.js';
import type { PingAccountReply as _datamover_v1_PingAccountReply, PingAccountReply__Output as _datamover_v1_PingAccountReply__Output } from './datamover/v1/PingAccountReply.js';
import type { PingAccountRequest as _datamover_v1_PingAccountRequest, PingAccountRequest__Output as _datamover_v1_PingAccountRequest__Output } from './datamover/v1/PingAccountRequest.js';
import type { Policy as _datamover_v1_Policy, Policy__Output as _datamover_v1_Policy__Output } from './datamover/v1/Policy.js';
import type { PolicyList as _datamover_v1_PolicyList, PolicyList__Output as _datamover_v1_PolicyList__Output } from './datamover/v1/PolicyList.js';
import type { PolicyPreview as _datamover_v1_PolicyPreview, PolicyPreview__Output as _datamover_v1_PolicyPreview__Output } from './datamover/v1/PolicyPreview.js';
import type { PolicyStatus as _datamover_v1_PolicyStatus, PolicyStatus__Output as _datamover_v1_PolicyStatus__Output } from './datamover/v1/PolicyStatus.js';
import type { PreviewRestoreRequest as _datamover_v1_PreviewRestoreRequest, PreviewRestoreRequest__Output as _datamover_v1_PreviewRestoreRequest__Output } from './datamover/v1/PreviewRestoreRequest.js';
import type { PruneBackupsProgress as _datamover_v1_PruneBackupsProgress, PruneBackupsProgress__Output as _datamover_v1_PruneBackupsProgress__Output } from './datamover/v1/PruneBackupsProgress.js';
import type { PruneBackupsRequest as _datamover_v1_PruneBackupsRequest, PruneBackupsRequest__Output as _datamover_v1_PruneBackupsRequest__Output } from './datamover/v1/PruneBackupsRequest.js';
import type { PruneSummary as _datamover_v1_PruneSummary, PruneSummary__Output as _datamover_v1_PruneSummary__Output } from './datamover/v1/PruneSummary.js';
import type { ReadFileRequest as _datamover_v1_ReadFileRequest, ReadFileRequest__Output as _datamover_v1_ReadFileRequest__Output } from './datamover/v1/ReadFileRequest.js';
import type { Ref as _datamover_v1_Ref, Ref__Output as _datamover_v1_Ref__Output } from './datamover/v1/Ref.js';
import type { RekeyBackupRequest as _datamover_v1_RekeyBackupRequest, RekeyBackupRequest__Output as _datamover_v1_RekeyBackupRequest__Output } from './datamover/v1/RekeyBackupRequest.js';
import type { RepairBackupsProgress as _datamover_v1_RepairBackupsProgress, RepairBackupsProgress__Output as _datamover_v1_RepairBackupsProgress__Output } from './datamover/v1/RepairBackupsProgress.js';
import type { RepairBackupsRequest as _datamover_v1_RepairBackupsRequest, RepairBackupsRequest__Output as _datamover_v1_RepairBackupsRequest__Output } from './datamover/v1/RepairBackupsRequest.js';
import type { RepairSummary as _datamover_v1_RepairSummary, RepairSummary__Output as _datamover_v1_RepairSummary__Output } from './datamover/v1/RepairSummary.js';
import type { RepeatCopyPolicy as _datamover_v1_RepeatCopyPolicy, RepeatCopyPolicy__Output as _datamover_v1_RepeatCopyPolicy__Output } from './datamover/v1/RepeatCopyPolicy.js';
import type { Report as _datamover_v1_Report, Report__Output as _datamover_v1_Report__Output } from './datamover/v1/Report.js';
import type { ReportList as _datamover_v1_ReportList, ReportList__Output as _datamover_v1_ReportList__Output } from './datamover/v1/ReportList.js';
import type { ReportQuery as _datamover_v1_ReportQuery, ReportQuery__Output as _datamover_v1_ReportQuery__Output } from './datamover/v1/ReportQuery.js';
import type { RestorePreview as _datamover_v1_RestorePreview, RestorePreview__Output as _datamover_v1_RestorePreview__Output } from './datamover/v1/RestorePreview.js';
import type { RetentionView as _datamover_v1_RetentionView, RetentionView__Output as _datamover_v1_RetentionView__Output } from './datamover/v1/RetentionView.js';
import type { RevokeFingerprintRequest as _datamover_v1_RevokeFingerprintRequest, RevokeFingerprintRequest__Output as _datamover_v1_RevokeFingerprintRequest__Output } from './datamover/v1/RevokeFingerprintRequest.js';
import type { RootStatus as _datamover_v1_RootStatus, RootStatus__Output as _datamover_v1_RootStatus__Output } from './datamover/v1/RootStatus.js';
import type { RunPolicyReply as _datamover_v1_RunPolicyReply, RunPolicyReply__Output as _datamover_v1_RunPolicyReply__Output } from './datamover/v1/RunPolicyReply.js';
import type { RunPolicyRequest as _datamover_v1_RunPolicyRequest, RunPolicyRequest__Output as _datamover_v1_RunPolicyRequest__Output } from './datamover/v1/RunPolicyRequest.js';
import type { Schedule as _datamover_v1_Schedule, Schedule__Output as _datamover_v1_Schedule__Output } from './datamover/v1/Schedule.js';
import type { Status as _datamover_v1_Status, Status__Output as _datamover_v1_Status__Output } from './datamover/v1/Status.js';
import type { StatusFinding as _datamover_v1_StatusFinding, StatusFinding__Output as _datamover_v1_StatusFinding__Output } from './datamover/v1/StatusFinding.js';
import type { StatusJob as _datamover_v1_StatusJob, StatusJob__Output as _datamover_v1_StatusJob__Output } from './datamover/v1/StatusJob.js';
import type { StoreCheck as _datamover_v1_StoreCheck, StoreCheck__Output as _datamover_v1_StoreCheck__Output } from './datamover/v1/StoreCheck.js';
import type { TargetList as _datamover_v1_TargetList, TargetList__Output as _datamover_v1_TargetList__Output } from './datamover/v1/TargetList.js';
import type { TargetRef as _datamover_v1_TargetRef, TargetRef__Output as _datamover_v1_TargetRef__Output } from './datamover/v1/TargetRef.js';
import type { TargetView as _datamover_v1_TargetView, TargetView__Output as _datamover_v1_TargetView__Output } from './datamover/v1/TargetView.js';
import type { ThrottlingSettings as _datamover_v1_ThrottlingSettings, ThrottlingSettings__Output as _datamover_v1_ThrottlingSettings__Output } from './datamover/v1/ThrottlingSettings.js';
import type { TreeEntry as _datamover_v1_TreeEntry, TreeEntry__Output as _datamover_v1_TreeEntry__Output } from './datamover/v1/TreeEntry.js';
import type { TreeStatus as _datamover_v1_TreeStatus, TreeStatus__Output as _datamover_v1_TreeStatus__Output } from './datamover/v1/TreeStatus.js';
import type { UnlockedDataset as _datamover_v1_UnlockedDataset, UnlockedDataset__Output as _datamover_v1_UnlockedDataset__Output } from './datamover/v1/UnlockedDataset.js';
import type { ValueSource as _datamover_v1_ValueSource, ValueSource__Output as _datamover_v1_ValueSource__Output } from './datamover/v1/ValueSource.js';
import type { VerifyDatasetRequest as _datamover_v1_VerifyDatasetRequest, VerifyDatasetRequest__Output as _datamover_v1_VerifyDatasetRequest__Output } from './datamover/v1/VerifyDatasetRequest.js';
import type { VerifyProgress as _datamover_v1_VerifyProgress, VerifyProgress__Output as _datamover_v1_VerifyProgress__Output } from './datamover/v1/VerifyProgress.js';
import type { XattrView as _datamover_v1_XattrView, XattrView__Output as _datamover_v1_XattrView__Output } from './datamover/v1/XattrView.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  datamover: {
    v1: {
      Account: MessageTypeDefinition<_datamover_v1_Account, _datamover_v1_Account__Output>
      AccountList: MessageTypeDefinition<_datamover_v1_AccountList, _datamover_v1_AccountList__Output>
      AgentInfo: MessageTypeDefinition<_datamover_v1_AgentInfo, _datamover_v1_AgentInfo__Output>
      BackupKey: MessageTypeDefinition<_datamover_v1_BackupKey, _datamover_v1_BackupKey__Output>
      BackupKeyList: MessageTypeDefinition<_datamover_v1_BackupKeyList, _datamover_v1_BackupKeyList__Output>
      BasePolicy: MessageTypeDefinition<_datamover_v1_BasePolicy, _datamover_v1_BasePolicy__Output>
      BasePolicyList: MessageTypeDefinition<_datamover_v1_BasePolicyList, _datamover_v1_BasePolicyList__Output>
      BrowseEntry: MessageTypeDefinition<_datamover_v1_BrowseEntry, _datamover_v1_BrowseEntry__Output>
      BrowseRequest: MessageTypeDefinition<_datamover_v1_BrowseRequest, _datamover_v1_BrowseRequest__Output>
      BwRule: MessageTypeDefinition<_datamover_v1_BwRule, _datamover_v1_BwRule__Output>
      BwRuleList: MessageTypeDefinition<_datamover_v1_BwRuleList, _datamover_v1_BwRuleList__Output>
      Certificate: MessageTypeDefinition<_datamover_v1_Certificate, _datamover_v1_Certificate__Output>
      CertificateList: MessageTypeDefinition<_datamover_v1_CertificateList, _datamover_v1_CertificateList__Output>
      CertificateRef: MessageTypeDefinition<_datamover_v1_CertificateRef, _datamover_v1_CertificateRef__Output>
      CertificateSettings: MessageTypeDefinition<_datamover_v1_CertificateSettings, _datamover_v1_CertificateSettings__Output>
      ChildJobs: MessageTypeDefinition<_datamover_v1_ChildJobs, _datamover_v1_ChildJobs__Output>
      Control: SubtypeConstructor<typeof grpc.Client, _datamover_v1_ControlClient> & { service: _datamover_v1_ControlDefinition }
      CopyPolicy: MessageTypeDefinition<_datamover_v1_CopyPolicy, _datamover_v1_CopyPolicy__Output>
      CreateAccountRequest: MessageTypeDefinition<_datamover_v1_CreateAccountRequest, _datamover_v1_CreateAccountRequest__Output>
      CreateBwRuleRequest: MessageTypeDefinition<_datamover_v1_CreateBwRuleRequest, _datamover_v1_CreateBwRuleRequest__Output>
      CreateCaCertificateRequest: MessageTypeDefinition<_datamover_v1_CreateCaCertificateRequest, _datamover_v1_CreateCaCertificateRequest__Output>
      CreateCrlRequest: MessageTypeDefinition<_datamover_v1_CreateCrlRequest, _datamover_v1_CreateCrlRequest__Output>
      CreateGrantRequest: MessageTypeDefinition<_datamover_v1_CreateGrantRequest, _datamover_v1_CreateGrantRequest__Output>
      CreateIdentityCertificateRequest: MessageTypeDefinition<_datamover_v1_CreateIdentityCertificateRequest, _datamover_v1_CreateIdentityCertificateRequest__Output>
      CreatePolicyRequest: MessageTypeDefinition<_datamover_v1_CreatePolicyRequest, _datamover_v1_CreatePolicyRequest__Output>
      Created: MessageTypeDefinition<_datamover_v1_Created, _datamover_v1_Created__Output>
      CreationPolicy: MessageTypeDefinition<_datamover_v1_CreationPolicy, _datamover_v1_CreationPolicy__Output>
      Crl: MessageTypeDefinition<_datamover_v1_Crl, _datamover_v1_Crl__Output>
      CrlList: MessageTypeDefinition<_datamover_v1_CrlList, _datamover_v1_CrlList__Output>
      DatasetCopyPolicyBase: MessageTypeDefinition<_datamover_v1_DatasetCopyPolicyBase, _datamover_v1_DatasetCopyPolicyBase__Output>
      DatasetPage: MessageTypeDefinition<_datamover_v1_DatasetPage, _datamover_v1_DatasetPage__Output>
      DatasetQuery: MessageTypeDefinition<_datamover_v1_DatasetQuery, _datamover_v1_DatasetQuery__Output>
      DatasetView: MessageTypeDefinition<_datamover_v1_DatasetView, _datamover_v1_DatasetView__Output>
      DatasetWarningView: MessageTypeDefinition<_datamover_v1_DatasetWarningView, _datamover_v1_DatasetWarningView__Output>
      DeletedJobs: MessageTypeDefinition<_datamover_v1_DeletedJobs, _datamover_v1_DeletedJobs__Output>
      Empty: MessageTypeDefinition<_datamover_v1_Empty, _datamover_v1_Empty__Output>
      EntryStat: MessageTypeDefinition<_datamover_v1_EntryStat, _datamover_v1_EntryStat__Output>
      ExpirationPolicy: MessageTypeDefinition<_datamover_v1_ExpirationPolicy, _datamover_v1_ExpirationPolicy__Output>
      ExpiredDataset: MessageTypeDefinition<_datamover_v1_ExpiredDataset, _datamover_v1_ExpiredDataset__Output>
      ExportStateRequest: MessageTypeDefinition<_datamover_v1_ExportStateRequest, _datamover_v1_ExportStateRequest__Output>
      FailedEntry: MessageTypeDefinition<_datamover_v1_FailedEntry, _datamover_v1_FailedEntry__Output>
      FileChunk: MessageTypeDefinition<_datamover_v1_FileChunk, _datamover_v1_FileChunk__Output>
      Grant: MessageTypeDefinition<_datamover_v1_Grant, _datamover_v1_Grant__Output>
      GrantList: MessageTypeDefinition<_datamover_v1_GrantList, _datamover_v1_GrantList__Output>
      Job: MessageTypeDefinition<_datamover_v1_Job, _datamover_v1_Job__Output>
      JobExpiration: MessageTypeDefinition<_datamover_v1_JobExpiration, _datamover_v1_JobExpiration__Output>
      JobHistoryQuery: MessageTypeDefinition<_datamover_v1_JobHistoryQuery, _datamover_v1_JobHistoryQuery__Output>
      JobList: MessageTypeDefinition<_datamover_v1_JobList, _datamover_v1_JobList__Output>
      JobProgress: MessageTypeDefinition<_datamover_v1_JobProgress, _datamover_v1_JobProgress__Output>
      JobQuery: MessageTypeDefinition<_datamover_v1_JobQuery, _datamover_v1_JobQuery__Output>
      JobRef: MessageTypeDefinition<_datamover_v1_JobRef, _datamover_v1_JobRef__Output>
      JobRetry: MessageTypeDefinition<_datamover_v1_JobRetry, _datamover_v1_JobRetry__Output>
      JobStatistics: MessageTypeDefinition<_datamover_v1_JobStatistics, _datamover_v1_JobStatistics__Output>
      JobWarning: MessageTypeDefinition<_datamover_v1_JobWarning, _datamover_v1_JobWarning__Output>
      LastJob: MessageTypeDefinition<_datamover_v1_LastJob, _datamover_v1_LastJob__Output>
      ListDatasetsQuery: MessageTypeDefinition<_datamover_v1_ListDatasetsQuery, _datamover_v1_ListDatasetsQuery__Output>
      ListingWarning: MessageTypeDefinition<_datamover_v1_ListingWarning, _datamover_v1_ListingWarning__Output>
      LockedDataset: MessageTypeDefinition<_datamover_v1_LockedDataset, _datamover_v1_LockedDataset__Output>
      ModifyAccountRequest: MessageTypeDefinition<_datamover_v1_ModifyAccountRequest, _datamover_v1_ModifyAccountRequest__Output>
      ModifyBasePolicyRequest: MessageTypeDefinition<_datamover_v1_ModifyBasePolicyRequest, _datamover_v1_ModifyBasePolicyRequest__Output>
      ModifyBwRuleRequest: MessageTypeDefinition<_datamover_v1_ModifyBwRuleRequest, _datamover_v1_ModifyBwRuleRequest__Output>
      ModifyCertificateRequest: MessageTypeDefinition<_datamover_v1_ModifyCertificateRequest, _datamover_v1_ModifyCertificateRequest__Output>
      ModifyCertificateSettingsRequest: MessageTypeDefinition<_datamover_v1_ModifyCertificateSettingsRequest, _datamover_v1_ModifyCertificateSettingsRequest__Output>
      ModifyJobRequest: MessageTypeDefinition<_datamover_v1_ModifyJobRequest, _datamover_v1_ModifyJobRequest__Output>
      ModifyPolicyRequest: MessageTypeDefinition<_datamover_v1_ModifyPolicyRequest, _datamover_v1_ModifyPolicyRequest__Output>
      ModifyThrottlingSettingsRequest: MessageTypeDefinition<_datamover_v1_ModifyThrottlingSettingsRequest, _datamover_v1_ModifyThrottlingSettingsRequest__Output>
      ObjectAccountOptions: MessageTypeDefinition<_datamover_v1_ObjectAccountOptions, _datamover_v1_ObjectAccountOptions__Output>
      ObjectAccountView: MessageTypeDefinition<_datamover_v1_ObjectAccountView, _datamover_v1_ObjectAccountView__Output>
      ParentGfid: MessageTypeDefinition<_datamover_v1_ParentGfid, _datamover_v1_ParentGfid__Output>
      PeerAccessView: MessageTypeDefinition<_datamover_v1_PeerAccessView, _datamover_v1_PeerAccessView__Output>
      PingAccountReply: MessageTypeDefinition<_datamover_v1_PingAccountReply, _datamover_v1_PingAccountReply__Output>
      PingAccountRequest: MessageTypeDefinition<_datamover_v1_PingAccountRequest, _datamover_v1_PingAccountRequest__Output>
      Policy: MessageTypeDefinition<_datamover_v1_Policy, _datamover_v1_Policy__Output>
      PolicyList: MessageTypeDefinition<_datamover_v1_PolicyList, _datamover_v1_PolicyList__Output>
      PolicyPreview: MessageTypeDefinition<_datamover_v1_PolicyPreview, _datamover_v1_PolicyPreview__Output>
      PolicyStatus: MessageTypeDefinition<_datamover_v1_PolicyStatus, _datamover_v1_PolicyStatus__Output>
      PreviewRestoreRequest: MessageTypeDefinition<_datamover_v1_PreviewRestoreRequest, _datamover_v1_PreviewRestoreRequest__Output>
      PruneBackupsProgress: MessageTypeDefinition<_datamover_v1_PruneBackupsProgress, _datamover_v1_PruneBackupsProgress__Output>
      PruneBackupsRequest: MessageTypeDefinition<_datamover_v1_PruneBackupsRequest, _datamover_v1_PruneBackupsRequest__Output>
      PruneSummary: MessageTypeDefinition<_datamover_v1_PruneSummary, _datamover_v1_PruneSummary__Output>
      ReadFileRequest: MessageTypeDefinition<_datamover_v1_ReadFileRequest, _datamover_v1_ReadFileRequest__Output>
      Ref: MessageTypeDefinition<_datamover_v1_Ref, _datamover_v1_Ref__Output>
      RekeyBackupRequest: MessageTypeDefinition<_datamover_v1_RekeyBackupRequest, _datamover_v1_RekeyBackupRequest__Output>
      RepairBackupsProgress: MessageTypeDefinition<_datamover_v1_RepairBackupsProgress, _datamover_v1_RepairBackupsProgress__Output>
      RepairBackupsRequest: MessageTypeDefinition<_datamover_v1_RepairBackupsRequest, _datamover_v1_RepairBackupsRequest__Output>
      RepairSummary: MessageTypeDefinition<_datamover_v1_RepairSummary, _datamover_v1_RepairSummary__Output>
      RepeatCopyPolicy: MessageTypeDefinition<_datamover_v1_RepeatCopyPolicy, _datamover_v1_RepeatCopyPolicy__Output>
      Report: MessageTypeDefinition<_datamover_v1_Report, _datamover_v1_Report__Output>
      ReportList: MessageTypeDefinition<_datamover_v1_ReportList, _datamover_v1_ReportList__Output>
      ReportQuery: MessageTypeDefinition<_datamover_v1_ReportQuery, _datamover_v1_ReportQuery__Output>
      RestorePreview: MessageTypeDefinition<_datamover_v1_RestorePreview, _datamover_v1_RestorePreview__Output>
      RetentionView: MessageTypeDefinition<_datamover_v1_RetentionView, _datamover_v1_RetentionView__Output>
      RevokeFingerprintRequest: MessageTypeDefinition<_datamover_v1_RevokeFingerprintRequest, _datamover_v1_RevokeFingerprintRequest__Output>
      RootStatus: MessageTypeDefinition<_datamover_v1_RootStatus, _datamover_v1_RootStatus__Output>
      RunPolicyReply: MessageTypeDefinition<_datamover_v1_RunPolicyReply, _datamover_v1_RunPolicyReply__Output>
      RunPolicyRequest: MessageTypeDefinition<_datamover_v1_RunPolicyRequest, _datamover_v1_RunPolicyRequest__Output>
      Schedule: MessageTypeDefinition<_datamover_v1_Schedule, _datamover_v1_Schedule__Output>
      Status: MessageTypeDefinition<_datamover_v1_Status, _datamover_v1_Status__Output>
      StatusFinding: MessageTypeDefinition<_datamover_v1_StatusFinding, _datamover_v1_StatusFinding__Output>
      StatusJob: MessageTypeDefinition<_datamover_v1_StatusJob, _datamover_v1_StatusJob__Output>
      StoreCheck: MessageTypeDefinition<_datamover_v1_StoreCheck, _datamover_v1_StoreCheck__Output>
      TargetList: MessageTypeDefinition<_datamover_v1_TargetList, _datamover_v1_TargetList__Output>
      TargetRef: MessageTypeDefinition<_datamover_v1_TargetRef, _datamover_v1_TargetRef__Output>
      TargetView: MessageTypeDefinition<_datamover_v1_TargetView, _datamover_v1_TargetView__Output>
      ThrottlingSettings: MessageTypeDefinition<_datamover_v1_ThrottlingSettings, _datamover_v1_ThrottlingSettings__Output>
      TreeEntry: MessageTypeDefinition<_datamover_v1_TreeEntry, _datamover_v1_TreeEntry__Output>
      TreeStatus: MessageTypeDefinition<_datamover_v1_TreeStatus, _datamover_v1_TreeStatus__Output>
      UnlockedDataset: MessageTypeDefinition<_datamover_v1_UnlockedDataset, _datamover_v1_UnlockedDataset__Output>
      ValueSource: MessageTypeDefinition<_datamover_v1_ValueSource, _datamover_v1_ValueSource__Output>
      VerifyDatasetRequest: MessageTypeDefinition<_datamover_v1_VerifyDatasetRequest, _datamover_v1_VerifyDatasetRequest__Output>
      VerifyProgress: MessageTypeDefinition<_datamover_v1_VerifyProgress, _datamover_v1_VerifyProgress__Output>
      XattrView: MessageTypeDefinition<_datamover_v1_XattrView, _datamover_v1_XattrView__Output>
    }
  }
}

